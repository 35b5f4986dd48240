package io.operations.autoconfigure;

import io.operations.core.OperationsTemplate;
import io.operations.tracking.OperationTracker;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.health.registry.ReactiveHealthContributorRegistry;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.verifyNoInteractions;

/**
 * Tests of an application with all of the actuator that put mocks in the place of our
 * beans.
 */
class MockedBeansTests {

	private static final String EXPOSED = "management.endpoints.web.exposure.include=*";

	private static final String NO_DATABASE = "spring.autoconfigure.exclude="
			+ "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration";

	@Nested
	@SpringBootTest(classes = Application.class, properties = { EXPOSED, NO_DATABASE })
	class OfTheTemplate {

		@MockitoBean
		private OperationsTemplate template;

		@Test
		void theContextStartsAndWhatWritesIsToldThatNothingIsSent(@Autowired Writer writer,
				@Autowired ReactiveHealthContributorRegistry health) {
			assertThat(health.getContributor("operations")).isNotNull();
			given(this.template.getName()).willReturn("mine");
			assertThat(this.template.getName()).isEqualTo("mine");
			assertThatIllegalStateException().isThrownBy(() -> writer.api.get().retrieve().toBodilessEntity().block())
				.withMessageContaining("is a mock");
		}

	}

	@Nested
	@SpringBootTest(classes = Application.class,
			properties = { EXPOSED, NO_DATABASE, "operations.api-key=SK1", "operations.api-key-secret=secret" })
	class OfTheTracker {

		@MockitoBean
		private OperationTracker tracker;

		@Test
		void theContextStartsAndAsksTheTrackerNothing() {
			verifyNoInteractions(this.tracker);
		}

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Writer writer(@Qualifier("operationsWebClient") WebClient api) {
			return new Writer(api);
		}

	}

	record Writer(WebClient api) {
	}

}
