package io.operations.autoconfigure.health;

import java.time.Clock;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

import io.operations.autoconfigure.OperationsAutoConfiguration;
import io.operations.autoconfigure.OperationsProperties;
import io.operations.autoconfigure.TemplateParts;
import io.operations.core.OperationsClients;
import io.operations.core.OperationsTemplate;
import io.operations.health.ClientsHealthContributor;
import io.operations.health.OperationsHealthListener;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.ReactiveHealthContributor;
import org.springframework.boot.health.contributor.ReactiveHealthIndicator;
import org.springframework.boot.health.registry.ReactiveHealthContributorRegistry;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Auto-configuration for the health indicator, with one entry for each template bean.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = OperationsAutoConfiguration.class,
		beforeName = "org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration")
@ConditionalOnClass({ ReactiveHealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
// The health endpoint of a parent context shows the templates of the parent.
@ConditionalOnBean(value = OperationsTemplate.class, search = SearchStrategy.CURRENT)
@ConditionalOnEnabledHealthIndicator("operations")
@EnableConfigurationProperties(OperationsProperties.class)
public final class OperationsHealthContributorAutoConfiguration {

	private static final String ENTRY = "operations";

	@Bean("io.operations.operationsHealthListener")
	OperationsHealthListener operationsHealthListener() {
		return new OperationsHealthListener(Clock.systemUTC());
	}

	/**
	 * Separate, so that the listener can be created before the templates it listens to.
	 */
	@Configuration(proxyBeanMethods = false)
	static class ContributorConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = { "operationsHealthIndicator", "operationsHealthContributor" })
		ReactiveHealthContributor operationsHealthContributor(ObjectProvider<OperationsClients> clients,
				ConfigurableListableBeanFactory beans, OperationsHealthListener listener,
				OperationsProperties properties, ObjectProvider<ReactiveHealthContributorRegistry> registries) {
			OperationsClients all = clients.getIfAvailable(() -> TemplateParts.clients(beans));
			ClientsHealthContributor contributor = new ClientsHealthContributor(all, listener,
					(client) -> properties.getClients()
						.getOrDefault(client, properties)
						.getHealth()
						.getMode() == OperationsProperties.Health.Mode.PROBE);
			Set<String> names = all.names();
			if (names.size() > 1) {
				return contributor;
			}
			// The entry of an only client has no level for the client's name.
			ReactiveHealthContributor only = contributor.indicator(names.iterator().next());
			AtomicBoolean replaced = new AtomicBoolean();
			all.onRegistered((further) -> registries.ifAvailable((registry) -> {
				if (only.equals(registry.getContributor(ENTRY)) && replaced.compareAndSet(false, true)) {
					registry.unregisterContributor(ENTRY);
					registry.registerContributor(ENTRY, contributor);
				}
			}));
			return only;
		}

	}

}
