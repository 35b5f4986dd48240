package io.operations.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

import io.operations.OperationWait;
import io.operations.OperationsListener;
import io.operations.internal.polling.PollEvent;
import io.operations.internal.polling.PollListener;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingListener;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the history of operations for the {@link OperationsEndpoint}, in the memory of
 * this instance: of at most 1,000 waits, and of at most 1,000 tracked operations that
 * this instance polls or delivers. A history has the last 20 polls, the last 8 changes of
 * the status and the last 20 deliveries. A history of a wait takes at most 512 bytes, a
 * fact that {@code benchmarks/README.md} measures. Thread-safe.
 *
 * @since 0.1.0
 */
public final class OperationsHistory {

	/**
	 * The maximum number of waits and the maximum number of tracked operations that have
	 * a history.
	 */
	public static final int MAXIMUM_HISTORIES = Histories.MOST;

	private final Histories waits = new Histories();

	private final Histories tracked = new Histories();

	private final Symbols statuses = new Symbols();

	private final Symbols faults = new Symbols();

	private final Polls polls = new Polls();

	private final Tracking tracking = new Tracking();

	private final Supplier<Instant> clock;

	/**
	 * Create an empty history.
	 * @param clock the clock of the poller, for the times of deliveries
	 */
	public OperationsHistory(Supplier<Instant> clock) {
		this.clock = clock;
	}

	/**
	 * Return the listener that records polls and the ends of waits.
	 * @return the listener
	 */
	public OperationsListener listener() {
		return this.polls;
	}

	/**
	 * Return the listener that records ends and deliveries of tracked operations.
	 * @return the listener
	 */
	public TrackingListener trackingListener() {
		return this.tracking;
	}

	/**
	 * Return how many waits have a history.
	 * @return the number of waits, at most {@link #MAXIMUM_HISTORIES}
	 */
	public int getWaits() {
		return this.waits.size();
	}

	/**
	 * Return how many tracked operations have a history.
	 * @return the number of tracked operations, at most {@link #MAXIMUM_HISTORIES}
	 */
	public int getTrackedOperations() {
		return this.tracked.size();
	}

	private Histories histories(boolean isTracked) {
		return isTracked ? this.tracked : this.waits;
	}

	/**
	 * Return what this instance knows of an operation.
	 * @param client the name of the client
	 * @param operationId the operation's id
	 * @param isTracked whether the operation is tracked. Otherwise this instance waits
	 * for it.
	 * @param nextPoll when the next poll is due, {@code null} if there is none
	 * @param shown returns the text of a fault as it may be shown
	 * @return the history, {@code null} if there is none
	 */
	@Nullable Known find(String client, String operationId, boolean isTracked, @Nullable Instant nextPoll,
			UnaryOperator<@Nullable String> shown) {
		OperationHistory history = histories(isTracked).get(client, operationId);
		return (history != null)
				? new Known(history.statusSince(), history.events(this.statuses, this.faults, nextPoll, shown)) : null;
	}

	/**
	 * Holds what an instance knows of an operation.
	 *
	 * @param statusSince when the operation got its present status, {@code null} if this
	 * instance did not see it
	 * @param events the events, the oldest first
	 */
	record Known(@Nullable Instant statusSince, List<HistoryEvent> events) {
	}

	/**
	 * Receives polls and the ends of waits. Not part of the public API, because polls are
	 * not.
	 */
	private final class Polls implements PollListener {

		@Override
		public void polled(String client, PollEvent poll) {
			Histories histories = histories(poll.isTracked());
			OperationHistory history = histories.enter(client, poll.operationId(), poll.since(),
					PollOutcome.concernsOperation(poll.fault()), poll.time());
			if (history != null) {
				boolean wasFailing = history.isFailing();
				history.polled(poll, OperationsHistory.this.statuses, OperationsHistory.this.faults);
				if (wasFailing && !history.isFailing()) {
					histories.eased();
				}
			}
		}

		@Override
		public void abandoned(String client, PollEvent poll) {
			histories(poll.isTracked()).remove(client, poll.operationId());
		}

		@Override
		public void waitEnded(String client, OperationWait wait, @Nullable Throwable reason) {
			OperationsHistory.this.waits.remove(client, wait.operationId());
		}

		@Override
		public void closed(String client) {
			OperationsHistory.this.waits.removeAll(client, false);
		}

	}

	/**
	 * Receives the ends and deliveries of tracked operations. Separate from the other
	 * one: as a bean of both types, it would be notified twice.
	 */
	private final class Tracking implements TrackingListener {

		@Override
		public void clientLeft(String client) {
			OperationsHistory.this.tracked.removeAll(client, false);
		}

		@Override
		public void released(String client, @Nullable String operationId) {
			if (operationId != null) {
				OperationsHistory.this.tracked.remove(client, operationId);
			}
			else {
				OperationsHistory.this.tracked.removeAll(client, true);
			}
		}

		@Override
		public void ended(TrackedOperation operation) {
			OperationHistory history = OperationsHistory.this.tracked.get(operation.client(), operation.id());
			if (history != null) {
				history.ended();
				OperationsHistory.this.tracked.eased();
			}
		}

		@Override
		public void delivered(TrackedOperation operation, Duration duration) {
			attempted(operation, null);
		}

		@Override
		public void deliveryFailed(TrackedOperation operation, Throwable fault) {
			String text = operation.deliveryFault();
			attempted(operation, (text != null) ? text : fault.getClass().getName());
		}

		private void attempted(TrackedOperation operation, @Nullable String fault) {
			long now = OperationsHistory.this.clock.get().toEpochMilli();
			// An operation without a history that has nothing to come needs the place
			// least.
			long since = (fault != null) ? operation.since().toEpochMilli() : Long.MAX_VALUE;
			OperationHistory history = OperationsHistory.this.tracked.enter(operation.client(), operation.id(), since,
					fault != null, now);
			if (history != null) {
				history.delivered(now, fault);
				if (fault == null) {
					OperationsHistory.this.tracked.eased();
				}
			}
		}

	}

}
