package io.operations.polling;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Turns what the schedule wants into when the next poll is: spread a little, and no
 * sooner than the server asks.
 */
final class Pace {

	private static final Log logger = LogFactory.getLog(Pace.class);

	// Where the server named a time, all who were told it must not come at once.
	private static final double RETRY_AFTER_SPREAD = 0.15;

	// No wait lasts longer than that.
	private static final double LONGEST = PollingSettings.MAXIMUM_TIMEOUT.toMillis();

	private final PollingSchedule schedule;

	private final PollingSettings settings;

	Pace(PollingSchedule schedule, PollingSettings settings) {
		this.schedule = schedule;
		this.settings = settings;
	}

	/**
	 * Return when a wait's first poll is due: spread, so that waits that begin together
	 * do not ask together.
	 * @param state what is known of the operation
	 * @param retryAfter how long to wait at least
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
	 * Return when a wait's next poll is due.
	 * @param state what is known of the operation
	 * @param retryAfter how long to wait at least
	 * @return the delay in milliseconds
	 */
	long next(PollingState state, @Nullable Duration retryAfter) {
		return Math.max(1, (long) Math.ceil(Math.max(spread(wanted(state, false)), floor(retryAfter))));
	}

	private double spread(double delay) {
		double jitter = jitter();
		return Math.min(LONGEST, delay) * (1 - jitter + 2 * jitter * random());
	}

	private double jitter() {
		try {
			return Math.min(1, Math.max(0, this.schedule.jitter()));
		}
		catch (RuntimeException ex) {
			logger.warn("Schedule " + this.schedule + " failed to say how intervals are spread", ex);
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
			logger.warn("Schedule " + this.schedule + " failed for operation '" + state.operationId()
					+ "'; asking again after operations.polling.max-interval", ex);
			return first ? 0 : this.settings.maxInterval().toMillis();
		}
	}

	/**
	 * Have the schedule learn from what was seen.
	 * @param run what was seen of an operation
	 */
	void learn(@Nullable ObservedRun run) {
		try {
			if (run != null) {
				this.schedule.learn(run);
			}
		}
		catch (RuntimeException ex) {
			logger.warn("Schedule " + this.schedule + " failed to learn from " + run, ex);
		}
	}

	boolean isShortOfPolls() {
		try {
			return this.schedule.isShortOfPolls();
		}
		catch (RuntimeException ex) {
			logger.warn("Schedule " + this.schedule + " failed to say whether it is short of polls", ex);
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
			logger.warn("Schedule " + this.schedule + " failed to say what age is unusual", ex);
			return null;
		}
	}

	Map<String, LearnedDurations> learned() {
		try {
			return this.schedule.learned();
		}
		catch (RuntimeException ex) {
			logger.warn("Schedule " + this.schedule + " failed to say what it has learned", ex);
			return Map.of();
		}
	}

}
