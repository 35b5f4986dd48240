package io.operations.tracking;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import io.operations.OperationsClosedException;
import io.operations.polling.OperationPolls;
import io.operations.polling.PolledOperation;
import io.operations.polling.PollingTarget;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Polls tracked operations, stores the results and delivers outcomes, for any store.
 * Thread-safe.
 * <p>
 * The durations that the schedule learns are not stored. After a start, the schedule
 * learns again from the operations that a database still keeps, and then from its own
 * polls. This takes one query and yields the most recent durations.
 *
 * @since 0.1.0
 */
public final class TrackingEngine {

	private final OperationPolls polls;

	private final TrackingSettings settings;

	private final TrackingListener listener;

	private final TrackingSteps steps;

	private final OutcomeDelivery delivery;

	private volatile Sinks.Empty<Void> stop = Sinks.empty();

	/**
	 * Create the engine.
	 * @param polls sends the polls
	 * @param settings the settings for tracking
	 * @param handlers supplies the handlers of outcomes, in their order, at each delivery
	 * @param listener the listener that is notified of events
	 */
	public TrackingEngine(OperationPolls polls, TrackingSettings settings,
			Supplier<List<OperationOutcomeHandler>> handlers, TrackingListener listener) {
		this.polls = polls;
		this.settings = settings;
		this.listener = listener;
		this.steps = new TrackingSteps(polls);
		this.delivery = new OutcomeDelivery(polls, settings.delivery(), handlers, listener);
	}

	/**
	 * Return the object that sends the polls.
	 * @return the polls
	 */
	public OperationPolls polls() {
		return this.polls;
	}

	/**
	 * Return the settings for tracking.
	 * @return the settings
	 */
	public TrackingSettings settings() {
		return this.settings;
	}

	/**
	 * Return the listener that is notified of events.
	 * @return the listener
	 */
	public TrackingListener listener() {
		return this.listener;
	}

	/**
	 * Limit the number of outcomes that are delivered concurrently. For a store that has
	 * fewer connections for handlers than there may be requests in flight. Must be called
	 * before the first delivery.
	 * @param most the maximum number of concurrent deliveries, at least 1
	 */
	public void limitDeliveries(int most) {
		this.delivery.limit(most);
	}

	/**
	 * Return how many further deliveries may begin now.
	 * @return the number of deliveries
	 */
	public int freeDeliveries() {
		return this.delivery.free();
	}

	/**
	 * Start to accept polls.
	 */
	public void start() {
		this.polls.begin();
		this.stop = Sinks.empty();
	}

	/**
	 * Abandon the polls in flight, without a result.
	 */
	public void stop() {
		this.stop.tryEmitEmpty();
		// An abandoned poll must not block the check whether the outage is over.
		this.polls.begin();
	}

	TrackedRow begin(PollingTarget target, Map<String, String> attributes, Duration timeout) {
		Instant now = this.polls.now();
		PolledOperation polled = PolledOperation.of(target, now);
		// A version that no earlier row of this id had: a worker may still hold such a
		// row.
		TrackedRow row = new TrackedRow(polled, attributes, now.plus(timeout), null, null, false,
				TrackedRow.Ending.NONE, now.toEpochMilli());
		Duration wait = this.polls.firstPoll(polled, target.retryAfter());
		return row.due(TrackingSteps.due(row, now, wait, target.retryAfter()));
	}

	/**
	 * Poll an operation once. Emits on the thread that received the response.
	 * @param row the row of the operation, in state TRACKED
	 * @return the row after the poll, to be passed to {@link #conclude}. Empty if the
	 * poll was abandoned because the engine or the template is stopped.
	 */
	public Mono<TrackedRow> poll(TrackedRow row) {
		Instant due = (row.due() != null) ? row.due() : this.polls.now();
		return this.polls.poll(row.polled(), due)
			.map((snapshot) -> this.steps.seen(row, this.polls.seen(row.polled(), snapshot), snapshot))
			.onErrorResume((fault) -> (fault instanceof OperationsClosedException) ? Mono.empty()
					: Mono.just(this.steps.failed(row, this.polls.failed(row.polled(), fault), fault)))
			.takeUntilOther(this.stop.asMono());
	}

	/**
	 * Store the result of a poll and, if the operation has ended, deliver its outcome.
	 * Blocks until the store and the handlers return.
	 * @param claim the claim of the operation, which is released
	 * @param before the row before the poll
	 * @param after the row after the poll
	 */
	public void conclude(TrackingClaim claim, TrackedRow before, TrackedRow after) {
		if (after.state() != TrackingState.TRACKED) {
			this.delivery.deliver(claim, after, true);
			return;
		}
		TrackedRow stored = claim.release(after);
		if (stored != null && stored.stuck() && !before.stuck()) {
			this.listener.stuck(stored.toOperation(), stored.polled().age(this.polls.now()),
					this.polls.unusualAge(stored.polled().kind()));
		}
	}

	/**
	 * Deliver the outcome of an operation. Blocks until the store and the handlers
	 * return.
	 * @param claim the claim of the operation, which is released
	 * @param row the row of the operation, in state ENDED
	 */
	public void deliver(TrackingClaim claim, TrackedRow row) {
		this.delivery.deliver(claim, row, false);
	}

	/**
	 * Poll operations with the template's poller, as it polls for waits. A template has
	 * one holder of operations at a time.
	 * @param changes receives what the polls have changed
	 * @param mayPoll called right before a poll of a held operation is sent.
	 * {@code false} sends none: the operation remains due. Must not block.
	 * @return the operations, none yet
	 */
	public HeldOperations hold(HeldOperations.Changes changes, BooleanSupplier mayPoll) {
		return new HeldOperations(this.polls, this.steps, changes, mayPoll);
	}

	/**
	 * Notify the listener of what a stored change means. Called by the store after it has
	 * stored the change.
	 * @param before the row before the change
	 * @param stored the row as stored
	 */
	public void changed(TrackedRow before, TrackedRow stored) {
		if (stored.state() != TrackingState.TRACKED) {
			this.listener.ended(stored.toOperation());
		}
		else if (stored.stuck() && !before.stuck()) {
			this.listener.stuck(stored.toOperation(), stored.polled().age(this.polls.now()),
					this.polls.unusualAge(stored.polled().kind()));
		}
	}

	/**
	 * Let the schedule learn from an operation that ended earlier.
	 * @param row the row of the operation
	 */
	public void learn(TrackedRow row) {
		Duration duration = duration(row);
		if (duration != null) {
			this.polls.learn(row.polled().kind(), duration);
		}
	}

	private static @Nullable Duration duration(TrackedRow row) {
		OperationOutcome.Type outcome = row.ending().outcome();
		if (row.polled().lastSeen() == null
				|| (outcome != OperationOutcome.Type.COMPLETED && outcome != OperationOutcome.Type.FAILED)) {
			return null;
		}
		return row.polled().lastSeen().duration().orElse(null);
	}

}
