package io.operations.internal.tracking;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import io.operations.internal.polling.OperationPolls;
import io.operations.internal.polling.PolledOperation;
import io.operations.internal.polling.PollingTarget;
import io.operations.observation.DeliveryObservations;
import io.operations.tracking.OperationOutcomeHandler;
import io.operations.tracking.TrackingListener;
import io.operations.tracking.TrackingState;

/**
 * Tracks the operations of one client for any store: the store keeps the rows, the
 * template's poller polls the open ones that the store hands to {@link #hold}, and the
 * store calls {@link #deliver} for each outcome. Thread-safe.
 *
 * @since 0.1.0
 */
public final class TrackingEngine {

	private final OperationPolls polls;

	private final TrackingSettings settings;

	private final TrackingListener listener;

	private final TrackingSteps steps;

	private final OutcomeDelivery delivery;

	private final DeliveryObservations observations;

	/**
	 * Create an engine whose deliveries are not observed.
	 * @param polls decides when operations are polled
	 * @param settings the settings for tracking
	 * @param handlers supplies the handlers of outcomes, in their order, at each delivery
	 * @param listener the listener that is notified of events
	 */
	public TrackingEngine(OperationPolls polls, TrackingSettings settings,
			Supplier<List<OperationOutcomeHandler>> handlers, TrackingListener listener) {
		this(polls, settings, handlers, listener, DeliveryObservations.NONE);
	}

	/**
	 * Create the engine.
	 * @param polls decides when operations are polled
	 * @param settings the settings for tracking
	 * @param handlers supplies the handlers of outcomes, in their order, at each delivery
	 * @param listener the listener that is notified of events
	 * @param observations observe the deliveries
	 */
	public TrackingEngine(OperationPolls polls, TrackingSettings settings,
			Supplier<List<OperationOutcomeHandler>> handlers, TrackingListener listener,
			DeliveryObservations observations) {
		this.polls = polls;
		this.settings = settings;
		this.listener = listener;
		this.steps = new TrackingSteps(polls);
		this.delivery = new OutcomeDelivery(polls, settings.delivery(), handlers, listener, observations);
		this.observations = observations;
	}

	/**
	 * Return the name of the client whose operations this engine tracks.
	 * @return the name
	 */
	public String client() {
		return this.polls.client();
	}

	/**
	 * Return the object that decides when operations are polled.
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
	 * Return how long after its end the store keeps an operation whose outcome is
	 * delivered.
	 * @return the retention of the settings, otherwise that of the client's product
	 */
	public Duration retention() {
		Duration retention = this.settings.retention();
		return (retention != null) ? retention : this.polls.retention();
	}

	/**
	 * Return the listener that is notified of events.
	 * @return the listener
	 */
	public TrackingListener listener() {
		return this.listener;
	}

	/**
	 * Limit the number of outcomes that are delivered concurrently. A store calls this
	 * method if it has fewer connections for handlers than there may be requests in
	 * flight. The call must come before the first delivery.
	 * @param most the maximum number of concurrent deliveries, at least 1
	 */
	public void limitDeliveries(int most) {
		this.delivery.limit(most);
	}

	/**
	 * Return the observations of the deliveries.
	 * @return the observations
	 */
	DeliveryObservations observations() {
		return this.observations;
	}

	/**
	 * Return how many outcomes are being delivered.
	 * @return the number of deliveries
	 */
	public int delivering() {
		return this.delivery.running();
	}

	/**
	 * Return how many outcomes may be delivered concurrently.
	 * @return the maximum
	 */
	public int maxDelivering() {
		return this.delivery.most();
	}

	TrackedRow begin(PollingTarget target, Map<String, String> attributes, Duration timeout) {
		Instant now = this.polls.now();
		PolledOperation polled = PolledOperation.of(target, now);
		// The version is one that no earlier row of this id had, because a worker may
		// still hold an earlier row.
		TrackedRow row = new TrackedRow(client(), polled, attributes, timeout, now.plus(timeout), null, null, false,
				TrackedRow.Ending.NONE, now.toEpochMilli());
		Duration wait = this.polls.firstPoll(polled, target.retryAfter());
		return row.due(TrackingSteps.due(row, now, wait, target.retryAfter()));
	}

	/**
	 * Deliver the outcome of an operation. Blocks until the store and the handlers
	 * return.
	 * @param claim the claim of the operation, which is released
	 * @param row the row of the operation, in state ENDED
	 */
	public void deliver(TrackingClaim claim, TrackedRow row) {
		this.delivery.deliver(claim, row);
	}

	/**
	 * Poll operations with the template's poller, as it polls for waits. A template has
	 * one holder of operations at a time.
	 * @param changes receives what the polls have changed
	 * @param mayPoll called right before a poll of a held operation is sent. If it
	 * returns {@code false}, the poll is not sent, and the operation remains due. Must
	 * not block.
	 * @return the holder, which has no operations yet
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
			this.observations.about(stored.traceText(), () -> this.listener.ended(stored.toOperation()));
		}
		else if (stored.stuck() && !before.stuck()) {
			this.observations.about(stored.traceText(), () -> this.listener.stuck(stored.toOperation(),
					stored.polled().age(this.polls.now()), this.polls.unusualAge(stored.polled().kind())));
		}
	}

}
