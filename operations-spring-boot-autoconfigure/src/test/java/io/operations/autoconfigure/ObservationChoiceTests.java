package io.operations.autoconfigure;

import io.micrometer.common.KeyValues;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.GlobalObservationConvention;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationFilter;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationPredicate;
import io.micrometer.observation.ObservationRegistry;
import io.operations.observation.MeteredObservationRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationRegistryCustomizer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Waits are timed without observations if only meters listen.
 */
class ObservationChoiceTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withUserConfiguration(Application.class)
		.withPropertyValues("operations.api-key=SK1", "operations.api-key-secret=secret");

	@Test
	void actuatorAloneHasOnlyMeters() {
		assertThatWaitsAreTimed(this.runner, true);
	}

	@Test
	void keyValuesOfPropertiesApplyToTimedWaits() {
		this.runner.withPropertyValues("management.observations.key-values.zone=b").run((context) -> {
			ObservationRegistry registry = ObservationChoice
				.find(context.getSourceApplicationContext().getBeanFactory());
			assertThat(registry).isInstanceOf(MeteredObservationRegistry.class);
		});
	}

	@Test
	void whatTheApplicationAddsMayListenToObservations() {
		assertThatWaitsAreTimed(this.runner.withBean("handler", ObservationHandler.class, () -> (context) -> true),
				false);
		assertThatWaitsAreTimed(this.runner.withBean("filter", ObservationFilter.class, () -> (context) -> context),
				false);
		assertThatWaitsAreTimed(
				this.runner.withBean("predicate", ObservationPredicate.class, () -> (name, context) -> true), false);
		assertThatWaitsAreTimed(
				this.runner.withBean("convention", GlobalObservationConvention.class, NoConvention::new), false);
		assertThatWaitsAreTimed(
				this.runner.withBean("customizer", ObservationRegistryCustomizer.class, () -> (registry) -> {
				}), false);
		assertThatWaitsAreTimed(
				this.runner.withBean("registry", ObservationRegistry.class, ObservationRegistry::create), false);
	}

	@Test
	void waitsThatAreTurnedOffAreNotTimed() {
		assertThatWaitsAreTimed(this.runner.withPropertyValues("management.observations.enable.operations.await=false"),
				false);
	}

	@Test
	void applicationWithoutMetersHasNone() {
		new ApplicationContextRunner().run((context) -> assertThat(
				ObservationChoice.find(context.getSourceApplicationContext().getBeanFactory()).isNoop())
			.isTrue());
	}

	private static void assertThatWaitsAreTimed(ApplicationContextRunner runner, boolean expected) {
		runner.run((context) -> {
			assertThat(context).hasNotFailed().hasSingleBean(MeterRegistry.class);
			ObservationRegistry registry = ObservationChoice
				.find(context.getSourceApplicationContext().getBeanFactory());
			assertThat(registry.isNoop()).isFalse();
			assertThat(registry instanceof MeteredObservationRegistry).isEqualTo(expected);
		});
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

	static final class NoConvention implements GlobalObservationConvention<Observation.Context> {

		@Override
		public boolean supportsContext(Observation.Context context) {
			return false;
		}

		@Override
		public KeyValues getLowCardinalityKeyValues(Observation.Context context) {
			return KeyValues.empty();
		}

	}

}
