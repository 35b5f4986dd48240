package io.operations.autoconfigure;

import io.operations.core.OperationsTemplate;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.env.Environment;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.support.WebClientHttpServiceGroupConfigurer;
import org.springframework.web.service.registry.HttpServiceProxyRegistry;

/**
 * Auto-configuration for declarative HTTP clients ({@code @HttpExchange}) whose group has
 * the name of an {@link OperationsTemplate}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = OperationsAutoConfiguration.class)
@ConditionalOnClass({ WebClientHttpServiceGroupConfigurer.class, HttpServiceProxyRegistry.class })
@ConditionalOnBean({ OperationsTemplate.class, HttpServiceProxyRegistry.class })
@ImportRuntimeHints(OperationsHttpServicesAutoConfiguration.ProxyHints.class)
public final class OperationsHttpServicesAutoConfiguration {

	@Bean("io.operations.operationsHttpServiceGroups")
	HttpServiceGroups operationsHttpServiceGroups(ConfigurableListableBeanFactory beans, Environment environment) {
		GroupTemplates templates = new GroupTemplates(beans);
		return new HttpServiceGroups(templates, new HttpServiceGroupCheck(beans, environment, templates));
	}

	@Bean("io.operations.operationsRestClientHttpServiceGroups")
	HttpServiceGroups.OfRestClients operationsRestClientHttpServiceGroups(HttpServiceGroups groups) {
		return new HttpServiceGroups.OfRestClients(groups);
	}

	@Bean("io.operations.operationsOpenHttpServiceGroups")
	HttpServiceGroups.Opening operationsOpenHttpServiceGroups(HttpServiceGroups groups) {
		return new HttpServiceGroups.Opening(groups);
	}

	/**
	 * Registers the proxy of a group's builder for native images.
	 */
	static class ProxyHints implements RuntimeHintsRegistrar {

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			hints.proxies().registerJdkProxy(WebClient.Builder.class);
		}

	}

}
