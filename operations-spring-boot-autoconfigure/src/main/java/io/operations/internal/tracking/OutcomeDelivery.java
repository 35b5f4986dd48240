package io.operations.internal.tracking;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.operations.OperationsException;
import io.operations.internal.polling.OperationPolls;
import io.operations.observation.DeliveryObservations;
import io.operations.observation.ObservedDelivery;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationOutcomeHandler;
import io.operations.tracking.TrackingListener;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.util.Assert;

/**
 * Delivers outcomes. First, each attempt is counted and stored. Then the handlers run in
 * one transaction that also marks the outcome as delivered. The number of concurrent
 * deliveries is limited, so that handlers that do not return leave threads for the polls.
 */
final class OutcomeDelivery {

	private static final Log logger = LogFactory.getLog(OutcomeDelivery.class);

	private static final Duration WHILE_OTHERS_RUN = Duration.ofSeconds(1);

	private final OperationPolls polls;

	private final TrackingSettings.Delivery settings;

	private final Supplier<List<OperationOutcomeHandler>> handlers;

	private final TrackingListener listener;

	private final DeliveryObservations observations;

	private volatile Semaphore permits;

	private volatile int most;

	OutcomeDelivery(OperationPolls polls, TrackingSettings.Delivery settings,
			Supplier<List<OperationOutcomeHandler>> handlers, TrackingListener listener,
			DeliveryObservations observations) {
		this.observations = observations;
		this.polls = polls;
		this.settings = settings;
		this.handlers = handlers;
		this.listener = listener;
		this.most = polls.maxInFlight();
		this.permits = new Semaphore(this.most);
	}

	void limit(int most) {
		this.most = most;
		this.permits = new Semaphore(most);
	}

	int most() {
		return this.most;
	}

	int running() {
		return Math.max(0, this.most - this.permits.availablePermits());
	}

	void deliver(TrackingClaim claim, TrackedRow row) {
		if (row.ending().isLast(this.settings)) {
			// The process that made the last attempt did not report its result. One more
			// attempt may end the same way.
			this.observations.about(row.traceText(),
					() -> failed(claim, row, new IllegalStateException("Delivery attempt " + row.ending().attempts()
							+ " never finished: the process probably died while a handler was running.")));
			return;
		}
		Semaphore permits = this.permits;
		if (!permits.tryAcquire()) {
			claim.release(row.due(this.polls.now().plus(WHILE_OTHERS_RUN)));
			return;
		}
		try {
			TrackedRow counted = claim.save(row.with(row.ending().attempted(), row.due()));
			if (counted == null) {
				return;
			}
			attempt(claim, counted);
		}
		finally {
			permits.release();
		}
	}

	private void attempt(TrackingClaim claim, TrackedRow row) {
		ObservedDelivery observed = this.observations.begin(row.client(), row.id(), row.polled().lastSeen(),
				row.ending().attempts(), row.traceText());
		long began = nanos();
		TrackedRow stored;
		try {
			stored = observed.deliver(() -> claim.releaseAfter(() -> callHandlers(row, observed),
					row.with(row.ending().delivered(), null)));
		}
		catch (Throwable ex) {
			Throwable fault = (ex instanceof HandlerFailedException && ex.getCause() != null) ? ex.getCause() : ex;
			observed.failed(fault, row.ending().isLast(this.settings));
			observed.about(() -> failed(claim, row, fault));
			return;
		}
		Duration duration = Duration.ofNanos(nanos() - began);
		if (stored == null) {
			observed.forgotten();
			return;
		}
		observed.delivered();
		observed.about(() -> this.listener.delivered(stored.toOperation(), duration));
	}

	private void failed(TrackingClaim claim, TrackedRow row, Throwable fault) {
		boolean last = row.ending().isLast(this.settings);
		Instant next = last ? null : this.polls.now().plus(row.ending().wait(this.settings));
		TrackedRow stored = claim.release(row.with(row.ending().failed(text(fault), last), next));
		if (stored != null) {
			this.listener.deliveryFailed(stored.toOperation(), fault);
		}
		else {
			// Without a row to store the fault in, this is its only trace.
			logger.warn("Attempt " + row.ending().attempts() + " to deliver the outcome of tracked operation '"
					+ row.id()
					+ "' failed, and this instance does not retry it: the operation was forgotten meanwhile, or its"
					+ " outcome had already been delivered. Check whether the handler changed anything outside of its"
					+ " transaction.", fault);
		}
	}

	// The root cause comes first, because readers may cut the text off. The message of a
	// database exception begins with the statement. This may even be a statement of the
	// library, if a handler hides the error that made the database end the transaction.
	private static String text(Throwable fault) {
		Throwable cause = NestedExceptionUtils.getRootCause(fault);
		String reported = TrackingSteps.text(fault);
		return (cause != null && !(fault instanceof OperationsException))
				? TrackingSteps.text(cause) + " (reported as " + reported + ")" : reported;
	}

	private void callHandlers(TrackedRow row, ObservedDelivery observed) {
		OperationOutcome.Type type = row.ending().outcome();
		Assert.state(type != null, () -> "Operation '" + row.id() + "' has no outcome that could be delivered");
		OperationOutcome outcome = new OperationOutcome(row.client(), row.id(), type, row.polled().lastSeen(),
				row.attributes(), row.ending().attempts(), row.lastFault());
		HandlerWatch watch = new HandlerWatch(row.toOperation(), this.settings.timeout(), this.polls.scheduler(),
				this.listener, observed::about);
		try {
			for (OperationOutcomeHandler handler : this.handlers.get()) {
				handler.handle(outcome);
			}
		}
		catch (RuntimeException ex) {
			throw ex;
		}
		catch (Exception ex) {
			throw new HandlerFailedException(ex);
		}
		finally {
			watch.end();
		}
	}

	private long nanos() {
		return this.polls.scheduler().now(TimeUnit.NANOSECONDS);
	}

	/**
	 * Wraps a checked exception of a handler, to pass it through a transaction.
	 */
	@SuppressWarnings("serial")
	private static final class HandlerFailedException extends RuntimeException {

		private HandlerFailedException(Exception cause) {
			super(cause);
		}

	}

}
