package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import reactor.core.scheduler.Scheduler;

/**
 * Knows when a stop interrupts deliveries, and when it ends at the latest. db-scheduler
 * waits several times in sequence, each time for a fixed time. Without these bounds, a
 * stop could last twice as long as the settings allow.
 */
final class StopTimes {

	// The time in which interrupted deliveries can store why they failed.
	private static final Duration AFTER_INTERRUPT = Duration.ofSeconds(3);

	private static final Duration END = Duration.ofSeconds(4);

	private final Scheduler clock;

	private volatile long interruptAt;

	/**
	 * Create the times.
	 * @param clock the clock
	 */
	StopTimes(Scheduler clock) {
		this.clock = clock;
		this.interruptAt = now();
	}

	/**
	 * Begin to stop.
	 * @param maxWait how long deliveries may go on before they are interrupted
	 */
	void begin(Duration maxWait) {
		this.interruptAt = now() + maxWait.toNanos();
	}

	/**
	 * Return how long to wait for deliveries.
	 * @param interrupted whether they were interrupted
	 * @return the time in nanoseconds
	 */
	long forDeliveries(boolean interrupted) {
		return left(interrupted ? AFTER_INTERRUPT : Duration.ZERO);
	}

	/**
	 * Return how long to wait for everything else.
	 * @return the time in nanoseconds
	 */
	long forTheRest() {
		return left(END);
	}

	private long left(Duration later) {
		return Math.max(0, this.interruptAt + later.toNanos() - now());
	}

	private long now() {
		return this.clock.now(TimeUnit.NANOSECONDS);
	}

}
