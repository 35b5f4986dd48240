package io.operations.autoconfigure;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Finds the plain builder of the application, which the library builds its client with. A
 * builder with a qualifier has another purpose. For example, a load-balanced builder
 * treats the host of the base URL as the name of a service.
 */
final class PlainWebClientBuilder {

	private PlainWebClientBuilder() {
	}

	/**
	 * Return the plain builder bean. If there is none, or none of several has precedence,
	 * return a new builder with Spring Boot's customizers.
	 * @param beans the bean factory
	 * @param customizers the customizers that Spring Boot applies to its builder
	 * @return a builder that the caller may change
	 */
	static WebClient.Builder find(ConfigurableListableBeanFactory beans,
			ObjectProvider<WebClientCustomizer> customizers) {
		String name = name(beans);
		if (name != null) {
			// The application's builder may be a singleton, so the library changes a
			// copy.
			return beans.getBean(name, WebClient.Builder.class).clone();
		}
		WebClient.Builder builder = WebClient.builder();
		customizers.orderedStream().forEach((customizer) -> customizer.customize(builder));
		return builder;
	}

	private static @Nullable String name(ConfigurableListableBeanFactory beans) {
		List<String> plain = Arrays
			.stream(BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beans, WebClient.Builder.class, true, false))
			.filter((name) -> isPlain(beans, name))
			.toList();
		String primary = single(plain, (name) -> is(beans, name, BeanDefinition::isPrimary));
		String boots = single(plain, (name) -> is(beans, name, PlainWebClientBuilder::isBoots));
		if (primary != null) {
			return primary;
		}
		return (boots != null) ? boots : single(plain, (name) -> true);
	}

	private static boolean isPlain(ConfigurableListableBeanFactory beans, String name) {
		return beans.findAnnotationOnBean(name, Qualifier.class, false) == null
				&& !is(beans, name, PlainWebClientBuilder::isForSomethingElse);
	}

	private static boolean isForSomethingElse(BeanDefinition definition) {
		return !definition.isAutowireCandidate() || (definition instanceof AbstractBeanDefinition own
				&& (!own.isDefaultCandidate() || !own.getQualifiers().isEmpty()));
	}

	private static boolean isBoots(BeanDefinition definition) {
		return WebClientAutoConfiguration.class.getName().equals(definition.getFactoryBeanName());
	}

	private static boolean is(ConfigurableListableBeanFactory beans, String name, Predicate<BeanDefinition> what) {
		try {
			return what.test(beans.getMergedBeanDefinition(name));
		}
		catch (NoSuchBeanDefinitionException ex) {
			// A singleton that was registered without a bean definition.
			return false;
		}
	}

	private static @Nullable String single(List<String> names, Predicate<String> what) {
		List<String> found = names.stream().filter(what).toList();
		return (found.size() == 1) ? found.get(0) : null;
	}

}
