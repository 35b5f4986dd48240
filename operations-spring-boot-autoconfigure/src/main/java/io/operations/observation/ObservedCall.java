package io.operations.observation;

import java.util.concurrent.atomic.AtomicBoolean;

import io.micrometer.observation.Observation;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.operations.Operation;
import io.operations.OperationSnapshot;
import io.operations.OperationsErrorResponse;
import io.operations.OperationsListener;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.observability.DefaultSignalListener;
import reactor.util.context.Context;

/**
 * Observes one call from its subscription to its outcome. One listener handles all
 * signals in place of one operator for each signal, because operators are most of the
 * cost of a fetch.
 */
abstract class ObservedCall<T> extends DefaultSignalListener<T> {

	private static final Log logger = LogFactory.getLog(ObservedCall.class);

	private final AtomicBoolean stopped = new AtomicBoolean();

	private final OperationsObservationContext context;

	private final Observation observation;

	ObservedCall(OperationsObservationContext context, Observation observation) {
		this.context = context;
		this.observation = observation;
	}

	abstract Operation operationOf(T result);

	@Override
	public void doFirst() {
		this.observation.start();
	}

	@Override
	public Context addToContext(Context caller) {
		return caller.put(ObservationThreadLocalAccessor.KEY, this.observation);
	}

	// The observation stops before the outcome is passed on, so that a caller with the
	// outcome finds it in the metrics, too.
	@Override
	public void doOnNext(T result) {
		if (this.stopped.compareAndSet(false, true)) {
			this.context.setOperation(operationOf(result));
			stop();
		}
	}

	@Override
	public void doOnComplete() {
		if (this.stopped.compareAndSet(false, true)) {
			stop();
		}
	}

	@Override
	public void doOnError(Throwable fault) {
		if (this.stopped.compareAndSet(false, true)) {
			this.observation.error(fault);
			stop();
		}
	}

	@Override
	public void doOnCancel() {
		if (this.stopped.compareAndSet(false, true)) {
			this.context.setCancelled();
			stop();
		}
	}

	String operationId() {
		return this.context.getOperationId();
	}

	Observation observation() {
		return this.observation;
	}

	void stop() {
		try {
			this.observation.stop();
		}
		catch (RuntimeException ex) {
			logger.warn("[" + this.context.getClient() + "] The observation of operation '"
					+ OperationsErrorResponse.printable(this.context.getOperationId())
					+ "' failed when it stopped. The call continues, but its metrics or its span may be missing. Check"
					+ " the observation handlers and conventions of the application.", ex);
		}
	}

	/**
	 * Observes a caller's wait.
	 */
	static final class Await extends ObservedCall<Operation> {

		private final @Nullable WaitTraces traces;

		private volatile WaitTraces.@Nullable Caller caller;

		Await(OperationAwaitObservationContext context, Observation observation, @Nullable WaitTraces traces) {
			super(context, observation);
			this.traces = traces;
		}

		@Override
		public void doFirst() {
			super.doFirst();
			if (this.traces != null) {
				this.caller = this.traces.join(operationId(), observation(), true);
			}
		}

		@Override
		void stop() {
			if (this.traces != null) {
				this.traces.leave(operationId(), this.caller);
			}
			super.stop();
		}

		@Override
		Operation operationOf(Operation result) {
			return result;
		}

	}

	/**
	 * Observes an attempt to fetch.
	 */
	static final class Fetch extends ObservedCall<OperationSnapshot> {

		private final OperationFetchObservationContext context;

		private final OperationsListener listener;

		private final boolean traced;

		Fetch(OperationFetchObservationContext context, Observation observation, OperationsListener listener,
				boolean traced) {
			super(context, observation);
			this.traced = traced;
			this.context = context;
			this.listener = listener;
		}

		@Override
		Operation operationOf(OperationSnapshot result) {
			return result.operation();
		}

		@Override
		public void doOnNext(OperationSnapshot result) {
			if (isSampled()) {
				WaitTraces.in(observation(), () -> this.listener.fetched(this.context.getClient(), result));
			}
			else {
				this.listener.fetched(this.context.getClient(), result);
			}
			super.doOnNext(result);
		}

		@Override
		public void doOnError(Throwable fault) {
			// GuardedOperationFetcher reports errors after it turned them into
			// exceptions.
			if (!(fault instanceof Error)) {
				failed(fault);
			}
			super.doOnError(fault);
		}

		private void failed(Throwable fault) {
			if (isSampled()) {
				WaitTraces.in(observation(),
						() -> this.listener.failed(this.context.getClient(), this.context.getOperationId(), fault));
			}
			else {
				this.listener.failed(this.context.getClient(), this.context.getOperationId(), fault);
			}
		}

		// The listener's log lines then have the id of the trace.
		private boolean isSampled() {
			return this.traced && SampledSpans.isSampled(observation());
		}

	}

}
