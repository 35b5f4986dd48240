package io.operations.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import io.operations.OperationsClosedException;
import io.operations.core.OperationsTemplate;
import io.operations.tracking.OperationTracker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.contributor.ReactiveHealthContributor;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A context with auto-configuration whose parent has it, too.
 */
class ChildContextTests {

	private final List<Throwable> faults = new ArrayList<>();

	private final ConfigurableApplicationContext parent = builder().run();

	@AfterEach
	void close() {
		this.parent.close();
	}

	@Test
	void whenTheChildIsClosedWaitsOfTheParentGoOnAndFurtherOnesBegin() {
		OperationsTemplate template = this.parent.getBean(OperationsTemplate.class);
		template.await("before").subscribe((operation) -> {
		}, this.faults::add);
		ConfigurableApplicationContext child = builder().parent(this.parent).run();
		assertThat(child.getBean(OperationsTemplate.class)).isSameAs(template);
		assertThat(child.getBean(OperationTracker.class)).isSameAs(this.parent.getBean(OperationTracker.class));
		assertThat(child.getBeansOfType(ReactiveHealthContributor.class))
			.as("the parent shows the health of its template")
			.doesNotContainKeys("operationsHealthContributor", "operationsTrackingHealthContributor");
		child.close();
		template.await("after").subscribe((operation) -> {
		}, this.faults::add);
		assertThat(this.faults).isEmpty();
		this.parent.close();
		assertThat(this.faults).hasSize(2).hasOnlyElementsOfType(OperationsClosedException.class);
	}

	@Test
	void whenTheChildIsClosedWaitsOfItsOwnTemplateEnd() {
		ConfigurableApplicationContext child = builder().sources(OfTheChild.class).parent(this.parent).run();
		child.getBean("childOperations", OperationsTemplate.class).await("op").subscribe((operation) -> {
		}, this.faults::add);
		this.parent.getBean(OperationsTemplate.class).await("op").subscribe((operation) -> {
		}, this.faults::add);
		child.close();
		assertThat(this.faults).singleElement().asString().contains("client 'child' was closed");
	}

	private static SpringApplicationBuilder builder() {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("operations.api-key=SK1", "operations.api-key-secret=secret", "spring.main.banner-mode=off",
					"management.endpoints.web.exposure.include=*", "spring.autoconfigure.exclude="
							+ "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration");
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		WebClientCustomizer customizer() {
			return (builder) -> builder.exchangeFunction((request) -> Mono.never());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OfTheChild {

		@Bean
		OperationsTemplate childOperations(OperationsTemplate.Builder builder) {
			return builder.name("child").build();
		}

	}

}
