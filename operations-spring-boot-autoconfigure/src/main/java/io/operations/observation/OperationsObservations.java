package io.operations.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.operations.Operation;
import io.operations.OperationSnapshot;
import io.operations.OperationsListener;
import io.operations.internal.PollOrigin;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/**
 * Observes the calls of one client. The parent of each observation is the caller's
 * observation in the Reactor context. Each observation is in turn the parent of the
 * observations inside the call.
 *
 * @since 0.1.0
 */
public final class OperationsObservations {

	private static final OperationFetchObservationConvention DEFAULT_FETCH = new DefaultOperationFetchObservationConvention();

	private static final OperationAwaitObservationConvention DEFAULT_AWAIT = new DefaultOperationAwaitObservationConvention();

	private static final DefaultOperationWriteObservationConvention DEFAULT_WRITE = new DefaultOperationWriteObservationConvention();

	private final String client;

	private final ObservationRegistry registry;

	private final @Nullable WaitTimers waitTimers;

	// Only if observations can have spans.
	private final @Nullable WaitTraces traces;

	private final @Nullable OperationFetchObservationConvention fetchConvention;

	private final @Nullable OperationAwaitObservationConvention awaitConvention;

	/**
	 * Create the observations of a client.
	 * @param client the name of the client
	 * @param registry the registry of the observations
	 * @param fetchConvention the application's convention for attempts, {@code null} for
	 * the default
	 * @param awaitConvention the application's convention for waits, {@code null} for the
	 * default
	 */
	public OperationsObservations(String client, ObservationRegistry registry,
			@Nullable OperationFetchObservationConvention fetchConvention,
			@Nullable OperationAwaitObservationConvention awaitConvention) {
		this.client = client;
		MeteredObservationRegistry metered = (registry instanceof MeteredObservationRegistry known) ? known : null;
		this.registry = (metered != null) ? metered.registry() : registry;
		// A convention of the application reads the context of an observation.
		this.waitTimers = (metered != null && awaitConvention == null) ? metered.waits() : null;
		boolean traced = metered == null && !this.registry.isNoop() && SampledSpans.arePossible();
		this.traces = traced ? new WaitTraces() : null;
		this.fetchConvention = fetchConvention;
		this.awaitConvention = awaitConvention;
	}

	/**
	 * Return the callers whose spans are sampled.
	 * @return the callers, {@code null} if observations cannot have spans
	 */
	public @Nullable WaitTraces waitTraces() {
		return this.traces;
	}

	/**
	 * Observe an attempt to fetch an operation.
	 * @param operationId the operation's id
	 * @param attempt the attempt
	 * @param listener notified of the outcome before the observation stops
	 * @return the observed attempt
	 */
	public Mono<OperationSnapshot> fetch(String operationId, Mono<OperationSnapshot> attempt,
			OperationsListener listener) {
		return attempt.tap((view) -> {
			WaitTraces tracing = this.traces;
			PollOrigin origin = (tracing != null) ? view.getOrDefault(PollOrigin.class, null) : null;
			OperationFetchObservationContext context = new OperationFetchObservationContext(this.client, operationId,
					origin);
			Observation observation = OperationsObservationDocumentation.FETCH.observation(this.fetchConvention,
					DEFAULT_FETCH, () -> context, this.registry);
			if (tracing != null && origin != null) {
				observation.parentObservation(tracing.connect(context, origin.traceParent()));
			}
			else {
				childOf(view, observation);
			}
			return new ObservedCall.Fetch(context, observation, listener, tracing != null);
		});
	}

	/**
	 * Observe a caller's wait.
	 * @param operationId the operation's id
	 * @param wait the wait
	 * @return the observed wait
	 */
	public Mono<Operation> await(String operationId, Mono<Operation> wait) {
		// The objects that observe a wait take more than half of its memory, and there
		// may be very many waits.
		if (this.registry.isNoop()) {
			return wait;
		}
		if (this.waitTimers != null) {
			return this.waitTimers.time(this.client, operationId, wait);
		}
		return wait.tap((view) -> {
			OperationAwaitObservationContext context = new OperationAwaitObservationContext(this.client, operationId);
			Observation observation = OperationsObservationDocumentation.AWAIT.observation(this.awaitConvention,
					DEFAULT_AWAIT, () -> context, this.registry);
			return observation.isNoop() ? new JoinedCaller<>(this.traces, operationId, view)
					: new ObservedCall.Await(context, childOf(view, observation), this.traces);
		});
	}

	/**
	 * Connect the polls of a caller that watches an operation with its span. A watch
	 * itself has no observation.
	 * @param operationId the operation's id
	 * @param watch the changes
	 * @return the same changes
	 */
	public Flux<Operation> watch(String operationId, Flux<Operation> watch) {
		WaitTraces tracing = this.traces;
		return (tracing != null) ? watch.tap((view) -> new JoinedCaller<>(tracing, operationId, view)) : watch;
	}

	/**
	 * Observe an attempt of a write.
	 * @param attempt the attempt, which fails for each response that is not a success
	 * @param <T> the type of the result
	 * @return the observed attempt
	 */
	public <T> Mono<T> write(Mono<T> attempt) {
		return attempt.tap((view) -> {
			OperationWriteObservationContext context = new OperationWriteObservationContext(this.client);
			Observation observation = OperationsObservationDocumentation.WRITE.observation(null, DEFAULT_WRITE,
					() -> context, this.registry);
			return new ObservedWrite<>(context, childOf(view, observation));
		});
	}

	private static Observation childOf(ContextView view, Observation observation) {
		return observation.parentObservation(view.getOrDefault(ObservationThreadLocalAccessor.KEY, null));
	}

}
