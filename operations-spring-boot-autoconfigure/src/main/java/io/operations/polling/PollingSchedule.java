package io.operations.polling;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Decides when an operation is polled next. An application replaces the default schedule
 * by its own bean of this type. Only {@link #nextPoll(PollingState)} must be implemented.
 * <p>
 * The poller adjusts the interval of a schedule in these ways:
 * <ul>
 * <li>It spreads the interval to either side by {@link #jitter()}.</li>
 * <li>It extends the interval to the Retry-After of the last response.</li>
 * <li>It delays polls during an outage and while the account's limits are reached.</li>
 * <li>It polls an operation once more shortly before the deadline of a wait.</li>
 * </ul>
 * The poller calls all methods on the threads that poll, often those of an event loop.
 * They must not block. Several threads may call a schedule at the same time. If a method
 * throws an exception, the poller logs it and continues with a default.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface PollingSchedule {

	/**
	 * Return the time from now to the next poll of an operation. Called after each poll.
	 * @param state the operation as known so far
	 * @return the interval; a value below one millisecond counts as one millisecond
	 */
	Duration nextPoll(PollingState state);

	/**
	 * Return the time from now to the first poll of an operation. Called once for each
	 * wait, before {@link #nextPoll(PollingState)}.
	 * @param state the operation as known so far; no poll has seen it yet
	 * @return the interval; zero, the default, polls as soon as possible, at a random
	 * moment within {@code operations.polling.min-interval}
	 */
	default Duration firstPoll(PollingState state) {
		return Duration.ZERO;
	}

	/**
	 * Learn from a poll. Called after a poll from which a duration can be learned, before
	 * the next poll is planned. The default does nothing.
	 * @param run the time for which the operation was observed to run
	 */
	default void learn(ObservedRun run) {
	}

	/**
	 * Return the fraction by which the poller randomly shortens or lengthens an interval.
	 * The spread keeps operations that began together from being polled together.
	 * @return a fraction from 0 to 1; the default is 0.15
	 */
	default double jitter() {
		return 0.15;
	}

	/**
	 * Return whether the account's limits make intervals longer than the schedule would
	 * choose otherwise. If so, an unused permit goes to the operation that is due next,
	 * even before it is due.
	 * @return {@code true} if intervals are longer; the default is {@code false}
	 */
	default boolean isShortOfPolls() {
		return false;
	}

	/**
	 * Return the age from which an operation of a kind is stuck. Operations of this kind
	 * hardly ever reach this age.
	 * @param kind the kind of operations, {@code null} if it is unknown
	 * @return the age; {@code null}, the default, if the schedule does not know it, so
	 * that {@code operations.polling.stuck-after} applies
	 */
	default @Nullable Duration unusualAge(@Nullable String kind) {
		return null;
	}

	/**
	 * Return the durations that this schedule has learned. The actuator endpoint and the
	 * meter {@code operations.kinds} show them.
	 * @return the learned durations by kind; the default is empty
	 */
	default Map<String, LearnedDurations> learned() {
		return Map.of();
	}

	/**
	 * Return the latest durations of each kind. A store that survives restarts keeps them
	 * with the operations of the client, and reports them to the schedule of the next
	 * instance as {@link ObservedRun ended operations}.
	 * @return durations by kind, the oldest first; the default is empty, so that each
	 * instance learns for itself
	 */
	default Map<String, List<Duration>> samples() {
		return Map.of();
	}

}
