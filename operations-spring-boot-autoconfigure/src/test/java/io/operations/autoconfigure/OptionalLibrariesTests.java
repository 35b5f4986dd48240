package io.operations.autoconfigure;

import java.util.Arrays;
import java.util.List;

import io.operations.OperationsListener;
import io.operations.autoconfigure.endpoint.OperationsEndpointAutoConfiguration;
import io.operations.autoconfigure.endpoint.OperationsSanitizingAutoConfiguration;
import io.operations.autoconfigure.health.OperationsHealthContributorAutoConfiguration;
import io.operations.autoconfigure.health.OperationsTrackingHealthContributorAutoConfiguration;
import io.operations.autoconfigure.metrics.OperationsMetricsAutoConfiguration;
import io.operations.autoconfigure.metrics.OperationsTrackingMetricsAutoConfiguration;
import io.operations.autoconfigure.tracking.OperationsTrackingAutoConfiguration;
import io.operations.core.OperationsTemplate;
import io.operations.tracking.OperationTracker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The library works in every kind of application, whatever optional library is missing.
 */
class OptionalLibrariesTests {

	private static final String[] CREDENTIALS = { "operations.api-key=SK1", "operations.api-key-secret=secret" };

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withPropertyValues(CREDENTIALS)
		.withUserConfiguration(SmallApplication.class);

	@ParameterizedTest
	@ValueSource(strings = { "org.springframework.boot.actuate", "org.springframework.boot.health",
			"org.springframework.boot.micrometer", "io.micrometer.core", "io.github.resilience4j.micrometer",
			"io.github.resilience4j.springboot", "org.springframework.boot.micrometer.observation",
			"io.micrometer.tracing", "org.springframework.transaction" })
	void withoutAnOptionalLibraryThereIsATemplate(String missing) {
		this.runner.withClassLoader(new FilteredClassLoader(missing))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(OperationsTemplate.class));
	}

	@Test
	void withoutAnyOptionalLibraryThereIsATemplateThatOnlyLogs() {
		this.runner
			.withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate",
					"org.springframework.boot.health", "org.springframework.boot.micrometer", "io.micrometer.core",
					"io.github.resilience4j.micrometer", "io.github.resilience4j.springboot",
					"org.springframework.transaction"))
			.run((context) -> {
				assertThat(context).hasNotFailed().hasSingleBean(OperationsTemplate.class);
				assertThat(context.getBeansOfType(OperationsListener.class))
					.containsOnlyKeys("io.operations.operationsLog");
			});
	}

	@Test
	void withoutWebClientThereIsNoTemplateAndNoFailure() {
		this.runner
			.withClassLoader(new FilteredClassLoader("org.springframework.web.reactive.function.client",
					"org.springframework.boot.webclient"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(OperationsTemplate.class));
	}

	@Test
	void withEveryAutoConfigurationThereIsATemplate() {
		new ApplicationContextRunner().withPropertyValues(CREDENTIALS)
			.withUserConfiguration(Application.class)
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(OperationsTemplate.class));
	}

	@Test
	void withBeansOfTheApplicationOfOurNamesBothAreThere() {
		this.runner.withBean("operationsLog", StringBuilder.class)
			.withBean("operationTracker", StringBuilder.class)
			.withBean("operationsTrackingStore", StringBuilder.class)
			.withBean("operationsMeters", StringBuilder.class)
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(OperationsTemplate.class)
				.hasSingleBean(OperationTracker.class));
	}

	@Test
	void beansOfOursHaveNamesThatAreOursAlone() {
		new ApplicationContextRunner().withPropertyValues(CREDENTIALS)
			.withPropertyValues("operations.tracking.store=jdbc", "spring.datasource.url=jdbc:h2:mem:names")
			.withUserConfiguration(Application.class)
			.run((context) -> assertThat(Arrays.stream(context.getBeanDefinitionNames())
				.filter((name) -> isMadeByOurs(context.getBeanFactory().getMergedBeanDefinition(name)))
				.filter((name) -> !name.startsWith("io.operations."))).containsExactlyInAnyOrder("operationsTemplate",
						"operationsWebClient", "operationsHealthContributor", "operationsTrackingHealthContributor"));
	}

	private static boolean isMadeByOurs(BeanDefinition definition) {
		return definition instanceof AnnotatedBeanDefinition annotated && annotated.getFactoryMethodMetadata() != null
				&& annotated.getFactoryMethodMetadata()
					.getDeclaringClassName()
					.startsWith("io.operations.autoconfigure.");
	}

	@Test
	void inAnMvcApplicationThereIsATemplate() {
		new WebApplicationContextRunner().withPropertyValues(CREDENTIALS)
			.withUserConfiguration(Application.class)
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(OperationsTemplate.class));
	}

	@Test
	void inAWebFluxApplicationThereIsATemplate() {
		new ReactiveWebApplicationContextRunner().withPropertyValues(CREDENTIALS)
			.withUserConfiguration(Application.class)
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(OperationsTemplate.class));
	}

	@Test
	void importsNameEveryAutoConfigurationOfOurs() {
		assertThat(ours()).hasSize(12).isSorted();
	}

	private static List<String> ours() {
		return ImportCandidates.load(AutoConfiguration.class, OptionalLibrariesTests.class.getClassLoader())
			.getCandidates()
			.stream()
			.filter((name) -> name.startsWith("io.operations."))
			.toList();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

	// Read by name, as an application's are, so that nothing missing is loaded too early.
	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ ReactiveHttpClientAutoConfiguration.class, WebClientAutoConfiguration.class,
			OperationsAutoConfiguration.class, OperationsEndpointAutoConfiguration.class,
			OperationsSanitizingAutoConfiguration.class, OperationsHealthContributorAutoConfiguration.class,
			OperationsMetricsAutoConfiguration.class, OperationsTrackingAutoConfiguration.class,
			OperationsTrackingHealthContributorAutoConfiguration.class,
			OperationsTrackingMetricsAutoConfiguration.class })
	static class SmallApplication {

	}

}
