package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import reactor.core.scheduler.Scheduler;

/**
 * Knows whether this instance may poll for a client. The lease ends when the database
 * says that it has another epoch. After a suspension, a process does not know whether it
 * still holds the lease, so it does not poll until the database has confirmed that.
 * During an outage of the database, polls continue: no other instance can take the lease
 * meanwhile.
 */
final class Lease {

	private static final int TICKS = 8;

	private static final int TICKS_MISSED = 4;

	private final long epoch;

	private final Scheduler scheduler;

	private final long tickMillis;

	private volatile long tickedAt;

	private volatile long tickedAtWall;

	private volatile long doubtedAt;

	// The process may have been suspended right after it took the lease.
	private volatile boolean doubted = true;

	private volatile boolean lost;

	private volatile boolean ended;

	/**
	 * Create the lease.
	 * @param epoch the epoch
	 * @param duration the time after which another instance takes a lease that is not
	 * renewed
	 * @param scheduler the clocks
	 */
	Lease(long epoch, Duration duration, Scheduler scheduler) {
		this.epoch = epoch;
		this.scheduler = scheduler;
		this.tickMillis = Math.max(1, duration.toMillis() / TICKS);
		this.tickedAt = monotonic();
		this.tickedAtWall = wall();
		this.doubtedAt = monotonic();
	}

	long epoch() {
		return this.epoch;
	}

	/**
	 * Return the time between two calls of {@link #tick()}.
	 * @return the time in milliseconds
	 */
	long tickMillis() {
		return this.tickMillis;
	}

	/**
	 * Note that the process is running. Called regularly.
	 */
	synchronized void tick() {
		if (hasSlept()) {
			this.doubtedAt = monotonic();
			this.doubted = true;
		}
		this.tickedAt = monotonic();
		this.tickedAtWall = wall();
	}

	// The monotonic clock stands still while a whole machine is suspended.
	private boolean hasSlept() {
		long most = this.tickMillis * TICKS_MISSED;
		return monotonic() - this.tickedAt > most || wall() - this.tickedAtWall > most;
	}

	/**
	 * Return the time for a later call of {@link #confirmed}.
	 * @return the time
	 */
	long monotonic() {
		return TimeUnit.NANOSECONDS.toMillis(this.scheduler.now(TimeUnit.NANOSECONDS));
	}

	private long wall() {
		return this.scheduler.now(TimeUnit.MILLISECONDS);
	}

	/**
	 * Note that the database has confirmed the lease.
	 * @param sent when the statement was sent
	 */
	synchronized void confirmed(long sent) {
		if (sent >= this.doubtedAt) {
			this.doubted = false;
		}
	}

	void lose() {
		this.lost = true;
	}

	boolean isLost() {
		return this.lost;
	}

	/**
	 * End the work for this lease. This instance still holds the lease, and releases it
	 * afterwards.
	 */
	void end() {
		this.ended = true;
	}

	boolean isOn() {
		return !this.ended && !this.lost;
	}

	/**
	 * Return whether a poll may leave now.
	 * @return {@code false} if the lease is lost, or may be lost because the process was
	 * suspended
	 */
	boolean mayPoll() {
		// In this order, because tick() sets "doubted" before hasSlept() becomes false.
		return isOn() && !hasSlept() && !this.doubted;
	}

}
