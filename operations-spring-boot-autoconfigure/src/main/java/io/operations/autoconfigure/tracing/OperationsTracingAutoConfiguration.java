package io.operations.autoconfigure.tracing;

import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.handler.TracingObservationHandler;
import io.operations.autoconfigure.OperationsAutoConfiguration;
import io.operations.observation.DeliveryObservations;
import io.operations.observation.OperationsTracingObservationHandler;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;

/**
 * Auto-configuration for the spans of an application with a {@link Tracer}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = OperationsAutoConfiguration.class, afterName = {
		"org.springframework.boot.micrometer.tracing.autoconfigure.MicrometerTracingAutoConfiguration",
		"org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.OpenTelemetryTracingAutoConfiguration",
		"org.springframework.boot.micrometer.tracing.brave.autoconfigure.BraveAutoConfiguration",
		"org.springframework.boot.micrometer.tracing.autoconfigure.NoopTracerAutoConfiguration" })
@ConditionalOnClass({ Tracer.class, TracingObservationHandler.class })
@ConditionalOnBean(Tracer.class)
public final class OperationsTracingAutoConfiguration {

	// In front of the handlers of Spring Boot, the first of which has the order 1000.
	@Bean("io.operations.operationsTracingObservationHandler")
	@ConditionalOnMissingBean
	@Order(0)
	OperationsTracingObservationHandler operationsTracingObservationHandler(Tracer tracer) {
		return new OperationsTracingObservationHandler(tracer);
	}

	@Bean("io.operations.operationsTracingScopes")
	@ConditionalOnMissingBean
	DeliveryObservations.Scopes operationsTracingScopes(OperationsTracingObservationHandler handler) {
		return DeliveryObservations.Scopes.of(handler);
	}

}
