package io.operations.autoconfigure.metrics;

import io.github.resilience4j.micrometer.tagged.TaggedRateLimiterMetrics;
import io.github.resilience4j.micrometer.tagged.TaggedRetryMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.operations.autoconfigure.OperationsAutoConfiguration;
import io.operations.autoconfigure.OperationsResilience;
import io.operations.observation.OperationsMeters;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Auto-configuration for the meters of an application with a {@link MeterRegistry}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = OperationsAutoConfiguration.class,
		afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({ MeterRegistry.class, OperationsResilience.class })
@EnableConfigurationProperties(OperationsMetricsProperties.class)
public final class OperationsMetricsAutoConfiguration {

	@Bean("io.operations.operationsMeters")
	@ConditionalOnMissingBean
	OperationsMeters operationsMeters(MeterRegistry registry) {
		return new OperationsMeters(registry);
	}

	// Static, because the registries need all filters when they are created.
	@Bean("io.operations.operationsHistograms")
	@ConditionalOnBooleanProperty("operations.metrics.histograms")
	static OperationsHistograms operationsHistograms() {
		return new OperationsHistograms();
	}

	/**
	 * Publishes the meters of the library's own registries. The creator of an
	 * application's registry publishes the meters of that registry.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(TaggedRetryMetrics.class)
	static class Resilience4jMetricsConfiguration {

		@Bean("io.operations.operationsResilienceMetrics")
		MeterBinder operationsResilienceMetrics(OperationsResilience resilience) {
			return (registry) -> {
				if (resilience.isOwnRetries()) {
					TaggedRetryMetrics.ofRetryRegistry(resilience.getRetries()).bindTo(registry);
				}
				if (resilience.isOwnRateLimiters()) {
					TaggedRateLimiterMetrics.ofRateLimiterRegistry(resilience.getRateLimiters()).bindTo(registry);
				}
			};
		}

	}

}
