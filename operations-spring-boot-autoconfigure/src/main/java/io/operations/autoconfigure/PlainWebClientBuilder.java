package io.operations.autoconfigure;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Finds the plain builder of the application, which the library builds its client with. A
 * builder with a qualifier has another purpose. For example, a load-balanced builder
 * treats the host of the base URL as the name of a service.
 */
final class PlainWebClientBuilder {

	private static final String BOOTS_CONNECTOR = "webClientHttpConnectorCustomizer";

	private PlainWebClientBuilder() {
	}

	/**
	 * Return the plain builder bean. If there is none, or none of several has precedence,
	 * return a new builder with Spring Boot's customizers.
	 * @param beans the bean factory
	 * @param ownConnector whether the caller sets the connector. Spring Boot's connector,
	 * which takes a tenth of the start of a small application, is then not created.
	 * @return a builder that the caller may change
	 */
	static WebClient.Builder find(ConfigurableListableBeanFactory beans, boolean ownConnector) {
		String name = name(beans);
		boolean boots = name != null && is(beans, name, PlainWebClientBuilder::isBoots);
		if (name != null && !(boots && ownConnector)) {
			// The application's builder may be a singleton, so the library changes a
			// copy.
			return beans.getBean(name, WebClient.Builder.class).clone();
		}
		WebClient.Builder builder = WebClient.builder();
		customizers(beans, ownConnector).forEach((customizer) -> customizer.customize(builder));
		// Bean post processors of the application apply to Spring Boot's builder.
		return (name != null) ? (WebClient.Builder) beans.initializeBean(builder, name) : builder;
	}

	private static Stream<WebClientCustomizer> customizers(ConfigurableListableBeanFactory beans,
			boolean ownConnector) {
		if (!ownConnector) {
			return beans.getBeanProvider(WebClientCustomizer.class).orderedStream();
		}
		return Arrays.stream(BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beans, WebClientCustomizer.class))
			.filter((name) -> !is(beans, name, PlainWebClientBuilder::isBootsConnector))
			.map((name) -> new Ranked(name, beans.getBean(name)))
			.filter((ranked) -> ranked.bean() instanceof WebClientCustomizer)
			.sorted(Comparator.comparingInt((ranked) -> ranked.order(beans)))
			.map((ranked) -> (WebClientCustomizer) ranked.bean());
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

	private static boolean isBootsConnector(BeanDefinition definition) {
		return isBoots(definition) && BOOTS_CONNECTOR.equals(definition.getFactoryMethodName());
	}

	private static boolean is(ConfigurableListableBeanFactory beans, String name, Predicate<BeanDefinition> what) {
		try {
			return what.test(beans.getMergedBeanDefinition(name));
		}
		catch (NoSuchBeanDefinitionException ex) {
			// The bean is a singleton that was registered without a bean definition.
			return false;
		}
	}

	private static @Nullable String single(List<String> names, Predicate<String> what) {
		List<String> found = names.stream().filter(what).toList();
		return (found.size() == 1) ? found.get(0) : null;
	}

	/**
	 * Holds a customizer, and finds its order, which the factory method or the class
	 * declares.
	 */
	private record Ranked(String name, Object bean) {

		int order(ConfigurableListableBeanFactory beans) {
			Order declared = beans.findAnnotationOnBean(this.name, Order.class, false);
			if (declared != null) {
				return declared.value();
			}
			return (this.bean instanceof Ordered ordered) ? ordered.getOrder() : Ordered.LOWEST_PRECEDENCE;
		}

	}

}
