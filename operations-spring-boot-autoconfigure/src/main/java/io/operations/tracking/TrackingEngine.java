package io.operations.tracking;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import io.operations.OperationsClosedException;
import io.operations.polling.OperationPolls;
import io.operations.polling.PolledOperation;
import io.operations.polling.PollingTarget;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * What is done with a tracked operation, whichever store keeps it: it is polled, what
 * follows is stored, and its outcome is delivered. Thread-safe.
 * <p>
 * What the schedule learned of how long operations take is not stored: after a start it
 * learns again, from the operations that a database still keeps and from what it sees.
 * That is a matter of one query, and what it finds is as recent as can be.
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
	 * @param polls asks for operations
	 * @param settings the bounds of tracking
	 * @param handlers who is told of outcomes, in this order; asked for at each delivery
	 * @param listener told of what happens
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
	 * Return what asks for operations.
	 * @return the polls
	 */
	public OperationPolls polls() {
		return this.polls;
	}

	/**
	 * Return the bounds of tracking.
	 * @return the settings
	 */
	public TrackingSettings settings() {
		return this.settings;
	}

	/**
	 * Return who is told of what happens.
	 * @return the listener
	 */
	public TrackingListener listener() {
		return this.listener;
	}

	/**
	 * Set how many outcomes are delivered at once, for a store that has not as much of
	 * what handlers hold as there may be calls under way. Before anything is delivered.
	 * @param most the number of outcomes, at least 1
	 */
	public void limitDeliveries(int most) {
		this.delivery.limit(most);
	}

	/**
	 * Return how many more outcomes can be delivered now.
	 * @return the number of outcomes
	 */
	public int freeDeliveries() {
		return this.delivery.free();
	}

	/**
	 * Allow polls.
	 */
	public void start() {
		this.polls.begin();
		this.stop = Sinks.empty();
	}

	/**
	 * End the polls under way, as if they had not been.
	 */
	public void stop() {
		this.stop.tryEmitEmpty();
		// What is never handed back must not keep others from finding out whether the
		// endpoint answers.
		this.polls.begin();
	}

	TrackedRow begin(PollingTarget target, Map<String, String> attributes, Duration timeout) {
		Instant now = this.polls.now();
		PolledOperation polled = PolledOperation.of(target, now);
		// A version that no earlier row of the same id had, whoever still works on that.
		TrackedRow row = new TrackedRow(polled, attributes, now.plus(timeout), null, null, false,
				TrackedRow.Ending.NONE, now.toEpochMilli());
		Duration wait = this.polls.firstPoll(polled, target.retryAfter());
		return row.due(TrackingSteps.due(row, now, wait, target.retryAfter()));
	}

	/**
	 * Poll an operation once. Emits on the thread on which the answer came.
	 * @param row what is known of it, its state TRACKED
	 * @return what is known of it then, to be {@link #conclude concluded}; empty if
	 * nothing came of the poll because everything ends
	 */
	public Mono<TrackedRow> poll(TrackedRow row) {
		Instant due = (row.due() != null) ? row.due() : this.polls.now();
		return this.polls.poll(row.polled(), due)
			.map((snapshot) -> this.steps.seen(row, snapshot))
			.onErrorResume((fault) -> (fault instanceof OperationsClosedException) ? Mono.empty()
					: Mono.just(this.steps.failed(row, fault)))
			.takeUntilOther(this.stop.asMono());
	}

	/**
	 * Store what came of a poll and, if the operation has ended, deliver its outcome.
	 * Blocks as long as the store and the handlers do.
	 * @param claim the claim of the operation, given back in any case
	 * @param before what was known of it before the poll
	 * @param after what is known of it now
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
	 * Deliver the outcome of an operation. Blocks as long as the store and the handlers
	 * do.
	 * @param claim the claim of the operation, given back in any case
	 * @param row what is known of it, its state ENDED
	 */
	public void deliver(TrackingClaim claim, TrackedRow row) {
		this.delivery.deliver(claim, row, false);
	}

	/**
	 * Have the schedule learn from an operation that ended some time ago.
	 * @param row what is known of it
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
