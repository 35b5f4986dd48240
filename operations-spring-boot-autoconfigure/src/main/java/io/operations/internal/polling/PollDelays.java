package io.operations.internal.polling;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

import io.operations.polling.LearnedDurations;
import io.operations.polling.ObservedRun;
import io.operations.polling.PollingSchedule;
import io.operations.polling.PollingSettings;
import io.operations.polling.PollingState;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Decides when the next poll of an operation is due. It spreads the interval of the
 * schedule a little and respects the server's Retry-After.
 */
final class PollDelays {

	private static final Log logger = LogFactory.getLog(PollDelays.class);

	// Spreads polls that got the same Retry-After, so that they do not leave together.
	private static final double RETRY_AFTER_SPREAD = 0.15;

	// A scheduled operation is polled again after this part of the time for which it has
	// been scheduled.
	private static final double PART_OF_SCHEDULED = 0.05;

	private static final double LONGEST_SCHEDULED = Duration.ofMinutes(10).toMillis();

	// All scheduled operations together may take this part of the polls.
	private static final double SHARE_OF_SCHEDULED = 0.1;

	private static final double SPREAD_OF_SCHEDULED = 0.15;

	// No wait lasts longer than this, so a longer delay is not needed.
	private static final double LONGEST = PollingSettings.MAXIMUM_TIMEOUT.toMillis();

	private final String client;

	private final String keyPrefix;

	private final PollingSchedule schedule;

	private final PollingSettings settings;

	/**
	 * Create the delays of a client.
	 * @param client the name of the client
	 * @param keyPrefix the prefix of the configuration keys that log lines name
	 * @param schedule decides when an operation is polled next
	 * @param settings the bounds of the intervals
	 */
	PollDelays(String client, String keyPrefix, PollingSchedule schedule, PollingSettings settings) {
		this.client = client;
		this.keyPrefix = keyPrefix;
		this.schedule = schedule;
		this.settings = settings;
	}

	/**
	 * Return the delay of the first poll of a wait. First polls are spread, so that waits
	 * that begin together do not poll together.
	 * @param state the operation as known so far
	 * @param retryAfter the shortest delay
	 * @return the delay in milliseconds
	 */
	long first(PollingState state, @Nullable Duration retryAfter) {
		double wanted = wanted(state, true);
		double delay = spread(wanted);
		if (wanted <= 0 && retryAfter == null) {
			delay = this.settings.minInterval().toMillis() * random();
		}
		return (long) Math.ceil(Math.max(delay, floor(retryAfter)));
	}

	/**
	 * Return the delay of the next poll of a wait.
	 * @param state the operation as known so far
	 * @param retryAfter the shortest delay
	 * @return the delay in milliseconds
	 */
	long next(PollingState state, @Nullable Duration retryAfter) {
		return Math.max(1, (long) Math.ceil(Math.max(spread(wanted(state, false)), floor(retryAfter))));
	}

	/**
	 * Return the delay of the poll after one that the server throttled. That poll has
	 * seen nothing, so the next poll is due after {@code operations.polling.min-interval}
	 * or, if it is shorter, the schedule's interval.
	 * @param state the operation as known so far
	 * @param retryAfter the shortest delay
	 * @return the delay in milliseconds
	 */
	long again(PollingState state, @Nullable Duration retryAfter) {
		double shortest = this.settings.minInterval().toMillis();
		double wanted = Math.min(wanted(state, false), shortest);
		return Math.max(1, (long) Math.ceil(Math.max(spread(wanted), floor(retryAfter))));
	}

	/**
	 * Return the delay of the next poll of an operation that is scheduled for later.
	 * @param since for how long the operation is known, in milliseconds
	 * @param scheduled the number of scheduled operations
	 * @param pollsPerSecond the number of polls per second for all operations together
	 * @param retryAfter the shortest delay
	 * @return the delay in milliseconds
	 */
	long scheduled(long since, int scheduled, double pollsPerSecond, @Nullable Duration retryAfter) {
		double shortest = this.settings.maxInterval().toMillis();
		double wanted = Math.max(shortest, Math.min(PART_OF_SCHEDULED * since, LONGEST_SCHEDULED));
		double share = (pollsPerSecond > 0) ? 1000.0 * scheduled / (SHARE_OF_SCHEDULED * pollsPerSecond) : 0;
		double delay = spread(Math.max(wanted, share), SPREAD_OF_SCHEDULED);
		return (long) Math.ceil(Math.max(delay, floor(retryAfter)));
	}

	private double spread(double delay) {
		return spread(delay, jitter());
	}

	private static double spread(double delay, double jitter) {
		return Math.min(LONGEST, delay) * (1 - jitter + 2 * jitter * random());
	}

	private double jitter() {
		try {
			return Math.min(1, Math.max(0, this.schedule.jitter()));
		}
		catch (RuntimeException ex) {
			logger.warn(failed("jitter", "The poller does not spread this interval."), ex);
			return 0;
		}
	}

	private static double floor(@Nullable Duration retryAfter) {
		return (retryAfter != null) ? retryAfter.toMillis() * (1 + RETRY_AFTER_SPREAD * random()) : 0;
	}

	private static double random() {
		return ThreadLocalRandom.current().nextDouble();
	}

	private double wanted(PollingState state, boolean first) {
		try {
			return (first ? this.schedule.firstPoll(state) : this.schedule.nextPoll(state)).toMillis();
		}
		catch (RuntimeException ex) {
			logger.warn(failed(first ? "firstPoll" : "nextPoll", "The poller polls operation '" + state.operationId()
					+ "' "
					+ (first ? "as soon as possible." : "again after " + this.keyPrefix + ".polling.max-interval.")),
					ex);
			return first ? 0 : this.settings.maxInterval().toMillis();
		}
	}

	/**
	 * Let the schedule learn from a run.
	 * @param run the run that a poll observed
	 */
	void learn(@Nullable ObservedRun run) {
		try {
			if (run != null) {
				this.schedule.learn(run);
			}
		}
		catch (RuntimeException ex) {
			logger.warn(failed("learn", "The schedule does not learn from " + run + "."), ex);
		}
	}

	boolean isShortOfPolls() {
		try {
			return this.schedule.isShortOfPolls();
		}
		catch (RuntimeException ex) {
			logger.warn(failed("isShortOfPolls", "The poller sends no poll before it is due."), ex);
			return false;
		}
	}

	/**
	 * Return the age from which on operations of a kind are stuck.
	 * @param kind the kind, if it is known
	 * @return the age
	 */
	Duration unusualAge(@Nullable String kind) {
		Duration learned = learnedUnusualAge(kind);
		return (learned != null) ? learned : this.settings.stuckAfter();
	}

	/**
	 * Return the age that operations of a kind hardly ever reach.
	 * @param kind the kind, if it is known
	 * @return the age, {@code null} if it is not known
	 */
	@Nullable Duration learnedUnusualAge(@Nullable String kind) {
		try {
			return this.schedule.unusualAge(kind);
		}
		catch (RuntimeException ex) {
			logger.warn(
					failed("unusualAge",
							"An operation counts as stuck from the age " + this.keyPrefix + ".polling.stuck-after on."),
					ex);
			return null;
		}
	}

	Map<String, List<Duration>> samples() {
		return this.schedule.samples();
	}

	Map<String, LearnedDurations> learned() {
		try {
			return this.schedule.learned();
		}
		catch (RuntimeException ex) {
			logger.warn(failed("learned", "The client does not report the learned durations."), ex);
			return Map.of();
		}
	}

	private String failed(String method, String consequence) {
		return "[" + this.client + "] The polling schedule '" + this.schedule + "' threw an exception from " + method
				+ "(). " + consequence + " Fix the schedule.";
	}

}
