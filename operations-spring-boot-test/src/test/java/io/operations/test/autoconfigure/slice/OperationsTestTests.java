package io.operations.test.autoconfigure.slice;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import io.operations.core.OperationsTemplate;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import io.operations.test.autoconfigure.OperationsTest;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationTracker;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.context.annotation.FilterType;

import static io.operations.test.OperationAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Slices of the {@link Application}, as its own tests have them.
 */
class OperationsTestTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	@Nested
	@OperationsTest
	class WithoutComponents {

		@Autowired
		private ApplicationContext context;

		@Test
		void contextHasTheClientAndTheSimulator(@Autowired OperationsTemplate operations,
				@Autowired OperationsSimulator simulator) {
			String id = simulator.accept(OperationScript.completed());
			assertThat(operations.await(id).block(MAX_WAIT)).isCompleted();
			assertThat(this.context.getBean(OperationTracker.class)).isNotNull();
			assertThat(this.context.containsBean("operationsWebClient")).isTrue();
		}

		@Test
		void contextHasOfTheApplicationOnlyWhatCustomizesTheClient(@Autowired OperationsTemplate operations,
				@Autowired OperationsSimulator simulator) {
			assertThat(this.context.getBeanNamesForType(Configurations.class)).isEmpty();
			assertThat(this.context.getBeanNamesForType(Outcomes.class)).isEmpty();
			assertThat(this.context.getBeanNamesForType(Missing.class)).isEmpty();
			operations.fetch(simulator.accept(OperationScript.completed())).block(MAX_WAIT);
			assertThat(this.context.getBean(Fetches.class).number).hasPositiveValue();
		}

		@Test
		void contextHasNoOtherAutoConfiguration() {
			assertThat(AutoConfigurationPackages.has(this.context)).isTrue();
			assertThat(this.context.getBeanNamesForType(DataSource.class)).isEmpty();
			assertThat(this.context.containsBean("applicationTaskExecutor")).isFalse();
		}

	}

	@Nested
	@OperationsTest({ Configurations.class, Outcomes.class })
	class WithComponents {

		@Test
		void componentUsesTheSimulatedServer(@Autowired Configurations configurations,
				@Autowired OperationsSimulator simulator) {
			assertThat(configurations.end(simulator.accept(OperationScript.completed())).block(MAX_WAIT)).isCompleted();
		}

		@Test
		void handlerGetsTheOutcomeOfADay(@Autowired Outcomes outcomes, @Autowired OperationTracker tracker,
				@Autowired OperationsSimulator simulator) throws InterruptedException {
			String id = simulator.accept(OperationScript.endingAs("RUNNING"));
			tracker.track(id, Map.of()).block(MAX_WAIT);
			simulator.advance(Duration.ofHours(24));
			OperationOutcome outcome = outcomes.all.poll(MAX_WAIT.toSeconds(), TimeUnit.SECONDS);
			assertThat(Objects.requireNonNull(outcome).type()).isEqualTo(OperationOutcome.Type.TIMED_OUT);
		}

	}

	@Nested
	@OperationsTest(includeFilters = @Filter(type = FilterType.ASSIGNABLE_TYPE, classes = Outcomes.class),
			useDefaultFilters = false)
	class WithFilters {

		@Test
		void contextHasWhatTheFilterIncludes(@Autowired ApplicationContext context) {
			assertThat(context.getBeanNamesForType(Outcomes.class)).hasSize(1);
			assertThat(context.getBeanNamesForType(Fetches.class)).isEmpty();
		}

	}

	@Nested
	@OperationsTest(excludeFilters = @Filter(type = FilterType.ASSIGNABLE_TYPE, classes = Fetches.class),
			excludeAutoConfiguration = WebClientAutoConfiguration.class, properties = "operations.polling.timeout=7m")
	class WithExclusions {

		@Test
		void contextHasNotWhatTheTestExcludes(@Autowired ApplicationContext context) {
			assertThat(context.getBeanNamesForType(Fetches.class)).isEmpty();
			assertThat(context.getBeanNamesForType(WebClientAutoConfiguration.class)).isEmpty();
			assertThat(context.getEnvironment().getProperty("operations.polling.timeout")).isEqualTo("7m");
		}

	}

}
