package io.operations.observation;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.operations.Operation;
import io.operations.OperationSnapshot;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Observes the calls of one client. The observation is the parent of all that is observed
 * below it, and a child of the caller's, taken from the Reactor context.
 *
 * @since 0.1.0
 */
public final class OperationsObservations {

	private static final OperationFetchObservationConvention DEFAULT_FETCH = new DefaultOperationFetchObservationConvention();

	private static final OperationAwaitObservationConvention DEFAULT_AWAIT = new DefaultOperationAwaitObservationConvention();

	private final String client;

	private final ObservationRegistry registry;

	private final @Nullable OperationFetchObservationConvention fetchConvention;

	private final @Nullable OperationAwaitObservationConvention awaitConvention;

	/**
	 * Create the observations of a client.
	 * @param client the name of the client
	 * @param registry where observations go
	 * @param fetchConvention the application's own convention for attempts
	 * @param awaitConvention the application's own convention for waits
	 */
	public OperationsObservations(String client, ObservationRegistry registry,
			@Nullable OperationFetchObservationConvention fetchConvention,
			@Nullable OperationAwaitObservationConvention awaitConvention) {
		this.client = client;
		this.registry = registry;
		this.fetchConvention = fetchConvention;
		this.awaitConvention = awaitConvention;
	}

	/**
	 * Observe an attempt to fetch an operation.
	 * @param operationId the operation's id
	 * @param attempt the attempt
	 * @return the attempt, observed
	 */
	public Mono<OperationSnapshot> fetch(String operationId, Mono<OperationSnapshot> attempt) {
		return Mono.deferContextual((view) -> {
			OperationFetchObservationContext context = new OperationFetchObservationContext(this.client, operationId);
			Observation observation = OperationsObservationDocumentation.FETCH.observation(this.fetchConvention,
					DEFAULT_FETCH, () -> context, this.registry);
			observation.parentObservation(view.getOrDefault(ObservationThreadLocalAccessor.KEY, null));
			return observe(attempt, context, observation, OperationSnapshot::operation);
		});
	}

	/**
	 * Observe a caller's wait.
	 * @param operationId the operation's id
	 * @param wait the wait
	 * @return the wait, observed
	 */
	public Mono<Operation> await(String operationId, Mono<Operation> wait) {
		return Mono.deferContextual((view) -> {
			OperationAwaitObservationContext context = new OperationAwaitObservationContext(this.client, operationId);
			Observation observation = OperationsObservationDocumentation.AWAIT.observation(this.awaitConvention,
					DEFAULT_AWAIT, () -> context, this.registry);
			observation.parentObservation(view.getOrDefault(ObservationThreadLocalAccessor.KEY, null));
			return observe(wait, context, observation, Function.identity());
		});
	}

	// Stopped before the outcome is passed on: who has the outcome finds it in the
	// metrics, too.
	private static <T> Mono<T> observe(Mono<T> call, OperationsObservationContext context, Observation observation,
			Function<T, Operation> operation) {
		AtomicBoolean stopped = new AtomicBoolean();
		return call.doOnSuccess((result) -> {
			if (stopped.compareAndSet(false, true)) {
				if (result != null) {
					context.setOperation(operation.apply(result));
				}
				observation.stop();
			}
		}).doOnError((fault) -> {
			if (stopped.compareAndSet(false, true)) {
				observation.error(fault).stop();
			}
		}).doOnCancel(() -> {
			if (stopped.compareAndSet(false, true)) {
				context.setCancelled();
				observation.stop();
			}
		})
			.doOnSubscribe((subscription) -> observation.start())
			.contextWrite((view) -> view.put(ObservationThreadLocalAccessor.KEY, observation));
	}

}
