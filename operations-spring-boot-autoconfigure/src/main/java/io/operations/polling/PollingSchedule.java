package io.operations.polling;

import java.time.Duration;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Decides when to ask for an operation again. An application may replace it by a bean of
 * its own, for which {@link #nextPoll(PollingState)} is enough.
 * <p>
 * What it answers is changed in three ways: by {@link #jitter()} to either side, upwards
 * while polls fail one after another for everybody, and upwards to a Retry-After of the
 * last answer. All methods are called on the threads that poll, often those of an event
 * loop: they must not block.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface PollingSchedule {

	/**
	 * Return when to ask again. Called after each poll.
	 * @param state what is known of the operation
	 * @return the time until the next poll, from now; less than a millisecond is taken
	 * for one
	 */
	Duration nextPoll(PollingState state);

	/**
	 * Return when to ask for the first time. Called once for each wait, before
	 * {@link #nextPoll(PollingState)}.
	 * @param state what is known of the operation; nothing was seen of it yet
	 * @return the time until the first poll, from now; zero (unless overridden) for as
	 * soon as may be, which spreads first polls over {@code min-interval}
	 */
	default Duration firstPoll(PollingState state) {
		return Duration.ZERO;
	}

	/**
	 * Learn from what a poll showed. Called before the next poll is planned, if there is
	 * to be one. Does nothing unless overridden.
	 * @param run how long the operation was seen to run
	 */
	default void learn(ObservedRun run) {
	}

	/**
	 * Return by which part intervals are spread to either side, so that operations that
	 * began together are not asked for together.
	 * @return the part, 0.15 unless overridden
	 */
	default double jitter() {
		return 0.15;
	}

	/**
	 * Return whether intervals are longer than they would be if the account allowed more
	 * polls. A permit that nobody needs then goes to the operation that is due next, even
	 * before its time.
	 * @return {@code false} unless overridden
	 */
	default boolean isShortOfPolls() {
		return false;
	}

	/**
	 * Return an age that operations of a kind hardly ever reach: those that do are stuck.
	 * @param kind what the operation is about, {@code null} if that is not known
	 * @return the age, {@code null} (unless overridden) if it is not known
	 */
	default @Nullable Duration unusualAge(@Nullable String kind) {
		return null;
	}

	/**
	 * Return what has been learned of how long operations take, for whoever looks at it.
	 * @return what is known by kind, nothing unless overridden
	 */
	default Map<String, LearnedDurations> learned() {
		return Map.of();
	}

}
