package io.operations.polling;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Turns what the schedule wants into when the next poll is: spread a little, no sooner
 * than the server asks, and thinned out while polls fail for everybody.
 */
final class Pace {

	private static final Log logger = LogFactory.getLog(Pace.class);

	// Enough to spread operations that began together; full jitter would double the lag.
	private static final double JITTER = 0.15;

	private static final long NO_OUTAGE = Long.MIN_VALUE;

	private final PollingSchedule schedule;

	private final PollingSettings settings;

	private volatile long failingSince = NO_OUTAGE;

	Pace(PollingSchedule schedule, PollingSettings settings) {
		this.schedule = schedule;
		this.settings = settings;
	}

	void succeeded() {
		this.failingSince = NO_OUTAGE;
	}

	void failed(long now) {
		if (this.failingSince == NO_OUTAGE) {
			this.failingSince = now;
		}
	}

	/**
	 * Return when a wait's first poll is due: spread, so that waits that begin together
	 * do not ask together.
	 * @param retryAfter how long to wait at least
	 * @return the delay in milliseconds
	 */
	long first(@Nullable Duration retryAfter) {
		double spread = ThreadLocalRandom.current().nextDouble();
		if (retryAfter == null) {
			return (long) (this.settings.minInterval().toMillis() * spread);
		}
		return (long) Math.ceil(retryAfter.toMillis() * (1 + JITTER * spread));
	}

	/**
	 * Return when a wait's next poll is due.
	 * @param state what is known of the operation
	 * @param retryAfter how long to wait at least
	 * @param now the present time in milliseconds
	 * @return the delay in milliseconds
	 */
	long next(PollingState state, @Nullable Duration retryAfter, long now) {
		double spread = ThreadLocalRandom.current().nextDouble();
		double delay = Math.max(wanted(state), outage(now)) * (1 - JITTER + 2 * JITTER * spread);
		if (retryAfter != null) {
			delay = Math.max(delay, retryAfter.toMillis() * (1 + JITTER * spread));
		}
		return Math.max(1, (long) Math.ceil(delay));
	}

	private long wanted(PollingState state) {
		try {
			return this.schedule.nextPoll(state).toMillis();
		}
		catch (RuntimeException ex) {
			logger.warn("Schedule " + this.schedule + " failed for operation '" + state.operationId()
					+ "'; asking again after operations.polling.max-interval", ex);
			return this.settings.maxInterval().toMillis();
		}
	}

	// While no poll succeeds, intervals are at least as long as that has lasted: a single
	// fault costs nothing, a long outage ever fewer requests.
	private long outage(long now) {
		long since = this.failingSince;
		return (since != NO_OUTAGE) ? Math.min(now - since, this.settings.maxInterval().toMillis()) : 0;
	}

}
