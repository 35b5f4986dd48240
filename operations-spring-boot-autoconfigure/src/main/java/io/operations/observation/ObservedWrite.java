package io.operations.observation;

import java.util.concurrent.atomic.AtomicBoolean;

import io.micrometer.observation.Observation;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import reactor.core.observability.DefaultSignalListener;
import reactor.util.context.Context;

/**
 * Observes one attempt of a write from its subscription to its outcome.
 */
final class ObservedWrite<T> extends DefaultSignalListener<T> {

	private static final Log logger = LogFactory.getLog(ObservedWrite.class);

	private final AtomicBoolean stopped = new AtomicBoolean();

	private final OperationWriteObservationContext context;

	private final Observation observation;

	ObservedWrite(OperationWriteObservationContext context, Observation observation) {
		this.context = context;
		this.observation = observation;
	}

	@Override
	public void doFirst() {
		this.observation.start();
	}

	@Override
	public Context addToContext(Context caller) {
		return caller.put(ObservationThreadLocalAccessor.KEY, this.observation);
	}

	@Override
	public void doOnNext(T result) {
		stop(this.context::setAnswered);
	}

	@Override
	public void doOnError(Throwable fault) {
		stop(() -> this.observation.error(fault));
	}

	@Override
	public void doOnCancel() {
		stop(this.context::setCancelled);
	}

	private void stop(Runnable outcome) {
		if (!this.stopped.compareAndSet(false, true)) {
			return;
		}
		try {
			outcome.run();
			this.observation.stop();
		}
		catch (RuntimeException ex) {
			logger.warn("[" + this.context.getClient()
					+ "] The observation of a write failed when it stopped. The write continues, but its metrics or its"
					+ " span may be missing. Check the observation handlers and conventions of the application.", ex);
		}
	}

}
