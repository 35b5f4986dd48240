package io.operations.autoconfigure.metrics;

import java.util.function.Function;

import io.micrometer.core.instrument.MeterRegistry;
import io.operations.autoconfigure.TemplateParts;
import io.operations.autoconfigure.tracking.OperationsTrackingAutoConfiguration;
import io.operations.core.OperationsTemplate;
import io.operations.internal.tracking.RoutingOperationTracker;
import io.operations.internal.tracking.TrackingLoad;
import io.operations.internal.tracking.metrics.TrackingGauges;
import io.operations.internal.tracking.metrics.TrackingMeters;
import io.operations.tracking.OperationTracker;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration for the meters of tracked operations in an application with a
 * {@link MeterRegistry}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = OperationsTrackingAutoConfiguration.class,
		afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnSingleCandidate(OperationsTemplate.class)
@ConditionalOnBean({ MeterRegistry.class, OperationTracker.class })
public final class OperationsTrackingMetricsAutoConfiguration {

	@Bean("io.operations.operationsTrackingMeters")
	@ConditionalOnMissingBean
	TrackingMeters operationsTrackingMeters(MeterRegistry registry, OperationsTemplate template) {
		return new TrackingMeters(registry, TemplateParts.name(template));
	}

	@Bean("io.operations.operationsTrackingGauges")
	@ConditionalOnMissingBean
	TrackingGauges operationsTrackingGauges(OperationTracker tracker, OperationsTemplate template) {
		Function<String, @Nullable TrackingLoad> loads = (tracker instanceof RoutingOperationTracker routing)
				? routing::load : (client) -> null;
		return new TrackingGauges(tracker, loads, TemplateParts.name(template), Schedulers.boundedElastic(),
				TemplateParts.polls(template).scheduler());
	}

}
