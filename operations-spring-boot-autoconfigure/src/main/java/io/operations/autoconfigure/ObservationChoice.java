package io.operations.autoconfigure;

import java.util.Arrays;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler.IgnoredMeters;
import io.micrometer.observation.GlobalObservationConvention;
import io.micrometer.observation.ObservationFilter;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationPredicate;
import io.micrometer.observation.ObservationRegistry;
import io.operations.observation.MeteredObservationRegistry;
import io.operations.observation.OperationAwaitObservationContext;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsProperties;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationRegistryCustomizer;
import org.springframework.util.ClassUtils;

/**
 * Finds the observation registry of the application, and notes if only meters listen to
 * it.
 */
final class ObservationChoice {

	private static final String PACKAGE = "org.springframework.boot.micrometer.";

	private static final String OBSERVATION = PACKAGE + "observation.autoconfigure.ObservationAutoConfiguration";

	private static final String METRICS = PACKAGE + "metrics.autoconfigure.MetricsAutoConfiguration";

	private ObservationChoice() {
	}

	/**
	 * Return the observation registry of the application.
	 * @param beans the bean factory
	 * @return the registry, a {@link MeteredObservationRegistry} if only meters listen to
	 * it, one without effect if the application has none
	 */
	static ObservationRegistry find(ConfigurableListableBeanFactory beans) {
		ObservationRegistry registry = beans.getBeanProvider(ObservationRegistry.class)
			.getIfUnique(() -> ObservationRegistry.NOOP);
		ClassLoader loader = beans.getBeanClassLoader();
		boolean boots = !registry.isNoop() && ClassUtils.isPresent(OBSERVATION, loader)
				&& ClassUtils.isPresent(METRICS, loader);
		return boots ? Boots.find(beans, registry) : registry;
	}

	// Not every application has these classes of Spring Boot.
	private static final class Boots {

		private static final String NAME = "operations.await";

		static ObservationRegistry find(ConfigurableListableBeanFactory beans, ObservationRegistry registry) {
			MeterRegistry meters = beans.getBeanProvider(MeterRegistry.class).getIfUnique();
			MetricsProperties properties = beans.getBeanProvider(MetricsProperties.class).getIfUnique();
			if (meters == null || properties == null || !isForMetersOnly(beans) || !isEnabled(beans)) {
				return registry;
			}
			boolean active = !properties.getObservations().getIgnoredMeters().contains(IgnoredMeters.LONG_TASK_TIMER);
			return new MeteredObservationRegistry(registry, meters, active,
					beans.getBeanProvider(ObservationFilter.class).orderedStream().toList());
		}

		// Whatever the application adds may listen to observations.
		private static boolean isForMetersOnly(ConfigurableListableBeanFactory beans) {
			return count(beans, ObservationRegistry.class) == 1 && count(beans, ObservationHandler.class) == 1
					&& isOf(OBSERVATION, beans, ObservationRegistry.class)
					&& isOf(METRICS, beans, DefaultMeterObservationHandler.class)
					&& count(beans, DefaultMeterObservationHandler.class) == 1
					&& isOf(OBSERVATION, beans, ObservationPredicate.class)
					&& isOf(OBSERVATION, beans, ObservationFilter.class)
					&& count(beans, GlobalObservationConvention.class) == 0
					&& count(beans, ObservationRegistryCustomizer.class) == 0;
		}

		private static boolean isEnabled(ConfigurableListableBeanFactory beans) {
			OperationAwaitObservationContext any = new OperationAwaitObservationContext("", "");
			return beans.getBeanProvider(ObservationPredicate.class)
				.stream()
				.allMatch((predicate) -> predicate.test(NAME, any));
		}

		private static int count(ConfigurableListableBeanFactory beans, Class<?> type) {
			return beans.getBeanNamesForType(type, true, false).length;
		}

		private static boolean isOf(String configuration, ConfigurableListableBeanFactory beans, Class<?> type) {
			return Arrays.stream(beans.getBeanNamesForType(type, true, false))
				.allMatch((name) -> beans.containsBeanDefinition(name)
						&& configuration.equals(beans.getMergedBeanDefinition(name).getFactoryBeanName()));
		}

	}

}
