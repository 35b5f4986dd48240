package io.operations.autoconfigure.endpoint;

import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.operations.OperationsListener;
import io.operations.actuate.OperationsActivities;
import io.operations.actuate.OperationsEndpoint;
import io.operations.actuate.OperationsEndpointWebExtension;
import io.operations.actuate.OperationsHistory;
import io.operations.actuate.OperationsUserAdvisor;
import io.operations.autoconfigure.TemplateParts;
import io.operations.autoconfigure.tracking.OperationsTrackingAutoConfiguration;
import io.operations.core.OperationsTemplate;
import io.operations.internal.polling.OperationPolls;
import io.operations.internal.tracking.DefaultOperationTracker;
import io.operations.internal.tracking.InstanceName;
import io.operations.internal.tracking.RoutingOperationTracker;
import io.operations.internal.tracking.TrackedClients;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackingListener;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Auto-configuration for the {@link OperationsEndpoint}, if the application exposes it.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = OperationsTrackingAutoConfiguration.class)
@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
@ConditionalOnAvailableEndpoint(OperationsEndpoint.class)
@ConditionalOnSingleCandidate(OperationsTemplate.class)
@ConditionalOnBean(OperationTracker.class)
@EnableConfigurationProperties(OperationsEndpointProperties.class)
public final class OperationsEndpointAutoConfiguration {

	@Bean("io.operations.operationsActivities")
	OperationsActivities operationsActivities() {
		return new OperationsActivities();
	}

	@Bean("io.operations.operationsHistory")
	@ConditionalOnMissingBean
	@ConditionalOnBooleanProperty(name = "management.endpoint.operations.history", matchIfMissing = true)
	OperationsHistory operationsHistory(ObjectProvider<OperationsTemplate> template) {
		// The template needs its listeners before it exists.
		return new OperationsHistory(() -> TemplateParts.polls(template.getObject()).now());
	}

	@Bean("io.operations.operationsHistoryListener")
	@ConditionalOnBean(OperationsHistory.class)
	OperationsListener operationsHistoryListener(OperationsHistory history) {
		return history.listener();
	}

	@Bean("io.operations.operationsHistoryTrackingListener")
	@ConditionalOnBean(OperationsHistory.class)
	TrackingListener operationsHistoryTrackingListener(OperationsHistory history) {
		return history.trackingListener();
	}

	@Bean("io.operations.operationsEndpoint")
	@ConditionalOnMissingBean
	OperationsEndpoint operationsEndpoint(OperationsTemplate template, ObjectProvider<TrackedClients> clients,
			OperationTracker tracker, OperationsActivities activities,
			ObjectProvider<SanitizingFunction> sanitizingFunctions, OperationsEndpointProperties properties,
			ObjectProvider<InstanceName> instanceNames, ObjectProvider<EndpointAccessResolver> accesses,
			ObjectProvider<OperationsHistory> history) {
		// An application that has its own tracker has no tracked clients of ours.
		TrackedClients tracked = clients.getIfAvailable();
		Supplier<Map<String, OperationPolls>> polls = (tracked != null) ? tracked::all
				: () -> Map.of(TemplateParts.name(template), TemplateParts.polls(template));
		String instance = instanceNames.getIfAvailable(InstanceName::create).value();
		return new OperationsEndpoint(polls, tracker, activities, sanitizingFunctions.orderedStream().toList(),
				properties.getShowValues(), instance, (client) -> holder(tracker, client, instance),
				access(accesses.getIfAvailable()), history.getIfAvailable());
	}

	private static Mono<String> holder(OperationTracker tracker, String client, String instance) {
		if (tracker instanceof RoutingOperationTracker routing
				&& routing.forClient(client) instanceof DefaultOperationTracker own) {
			return own.pollingInstance(instance);
		}
		return Mono.empty();
	}

	private static Access access(@Nullable EndpointAccessResolver resolver) {
		Endpoint endpoint = Objects.requireNonNull(OperationsEndpoint.class.getAnnotation(Endpoint.class));
		return (resolver != null) ? resolver.accessFor(EndpointId.of(endpoint.id()), endpoint.defaultAccess())
				: endpoint.defaultAccess();
	}

	@Bean("io.operations.operationsPermittedParameters")
	@ConditionalOnAvailableEndpoint(endpoint = OperationsEndpoint.class, exposure = EndpointExposure.WEB)
	PermittedParameters operationsPermittedParameters() {
		return new PermittedParameters();
	}

	@Bean("io.operations.operationsUserAdvisor")
	OperationsUserAdvisor operationsUserAdvisor() {
		return new OperationsUserAdvisor();
	}

	@Bean("io.operations.operationsEndpointWebExtension")
	@ConditionalOnMissingBean
	@ConditionalOnBean(OperationsEndpoint.class)
	@ConditionalOnAvailableEndpoint(endpoint = OperationsEndpoint.class, exposure = EndpointExposure.WEB)
	OperationsEndpointWebExtension operationsEndpointWebExtension(OperationsEndpoint endpoint,
			OperationsEndpointProperties properties) {
		return new OperationsEndpointWebExtension(endpoint, properties.getShowValues(), properties.getRoles());
	}

	/**
	 * Registers the gauges of the histories. Micrometer may be absent.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MeterBinder.class)
	static class HistoryMeters {

		@Bean("io.operations.operationsHistoryGauges")
		MeterBinder operationsHistoryGauges(ObjectProvider<OperationsHistory> histories) {
			return (registry) -> histories.ifAvailable((history) -> {
				bind(registry, history, "waits", OperationsHistory::getWaits);
				bind(registry, history, "tracked", OperationsHistory::getTrackedOperations);
			});
		}

		private static void bind(MeterRegistry registry, OperationsHistory history, String of,
				ToDoubleFunction<OperationsHistory> size) {
			Gauge.builder("operations.histories", history, size)
				.description("Operations whose history is in the memory of this instance")
				.tag("of", of)
				.register(registry);
			Gauge.builder("operations.histories.max", history, (all) -> OperationsHistory.MAXIMUM_HISTORIES)
				.description("Maximum of operations.histories")
				.tag("of", of)
				.register(registry);
		}

	}

}
