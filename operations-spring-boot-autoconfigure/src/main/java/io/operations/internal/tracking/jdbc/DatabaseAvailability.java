package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.operations.tracking.TrackingListener;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * Knows whether the database is available, and how long its last outage was. Notifies the
 * listener once when an outage begins and once when it ends.
 */
final class DatabaseAvailability {

	// While connections are cut again and again, some calls succeed. Outages that follow
	// one another within this time are one episode, which is reported once.
	private static final Duration BETWEEN_EPISODES = Duration.ofMinutes(1);

	// An outage that begins soon after another one is reported if it lasts this long.
	private static final Duration LASTING = Duration.ofSeconds(10);

	// HikariCP waits for up to 5 s between two attempts to connect.
	private static final Duration BETWEEN_CONNECTS = Duration.ofSeconds(5);

	private static final Duration LONG_WAIT = Duration.ofSeconds(1);

	private final Scheduler clock;

	private final TrackingListener listener;

	private volatile @Nullable Long unavailableAt;

	// Guarded by "this".
	private @Nullable Long availableAgainAt;

	// When the first call that failed began. The pool may have let it wait for long.
	// Guarded by "this".
	private long outageBegan;

	// The length and the end of the last outage that noteOutage did not skip. Guarded by
	// "this".
	private long outageLength;

	private long outageEnded;

	// Guarded by "this".
	private boolean reported;

	private volatile Runnable afterOutage = () -> {
	};

	/**
	 * Create the availability.
	 * @param clock the clock
	 * @param listener the listener that is notified of outages
	 */
	DatabaseAvailability(Scheduler clock, TrackingListener listener) {
		this.clock = clock;
		this.listener = listener;
	}

	/**
	 * Set the action that follows each outage, whether it was reported or not.
	 * @param action the action
	 */
	void afterOutage(Runnable action) {
		this.afterOutage = action;
	}

	/**
	 * Return whether the database is available.
	 * @return {@code false} from a call that failed because of an outage until the next
	 * call that succeeds
	 */
	boolean isAvailable() {
		return this.unavailableAt == null;
	}

	/**
	 * Return whether there was no outage of the database for some time. An outage that
	 * was shorter than half of that time does not count. After a longer outage, the time
	 * must be longer, because the pools of other instances connect later.
	 * @param time the time
	 * @return whether the database is available and was so during that time
	 */
	synchronized boolean hasBeenAvailableFor(Duration time) {
		return isAvailable() && (this.outageLength < time.toNanos() / 2
				|| nanos() - this.outageEnded >= time.plus(BETWEEN_CONNECTS).toNanos());
	}

	/**
	 * Note that a call has received a connection. If it waited for long, this counts as
	 * an outage: the pool had no connection.
	 * @param began when the call began, as {@link #nanos} returned it
	 */
	synchronized void connected(long began) {
		long now = nanos();
		if (isAvailable() && now - began >= LONG_WAIT.toNanos()) {
			noteOutage(now - began, now);
		}
	}

	/**
	 * Note that the database has served a call.
	 */
	void succeeded() {
		if (!isAvailable()) {
			endOutage();
		}
	}

	/**
	 * Note that a call has failed. Only a fault that means that the database is
	 * unavailable begins an outage.
	 * @param fault the fault
	 * @param began when the call began, as {@link #nanos} returned it
	 */
	void failed(Throwable fault, long began) {
		if (DatabaseFaults.isUnavailable(fault) && !DatabaseFaults.isConflict(fault) && isToReport(began)) {
			this.listener.storeUnavailable(fault);
		}
	}

	private void endOutage() {
		Long began;
		boolean report;
		synchronized (this) {
			began = this.unavailableAt;
			report = this.reported;
			this.unavailableAt = null;
			this.reported = false;
			this.availableAgainAt = nanos();
			noteOutage(this.availableAgainAt - this.outageBegan, this.availableAgainAt);
		}
		if (began == null) {
			return;
		}
		if (report) {
			this.listener.storeAvailableAgain(Duration.ofNanos(nanos() - began));
		}
		this.afterOutage.run();
	}

	// A short outage does not hide a long one shortly before.
	private void noteOutage(long length, long now) {
		if (length >= this.outageLength || now - this.outageEnded >= 2 * this.outageLength) {
			this.outageLength = length;
			this.outageEnded = now;
		}
	}

	private synchronized boolean isToReport(long began) {
		long now = nanos();
		Long since = this.unavailableAt;
		boolean report;
		if (since == null) {
			this.unavailableAt = now;
			this.outageBegan = began;
			report = this.availableAgainAt == null || now - this.availableAgainAt > BETWEEN_EPISODES.toNanos();
		}
		else {
			report = !this.reported && now - since >= LASTING.toNanos();
		}
		this.reported |= report;
		return report;
	}

	/**
	 * Return the time for a later call of {@link #connected} or {@link #failed}.
	 * @return the time in nanoseconds
	 */
	long nanos() {
		return this.clock.now(TimeUnit.NANOSECONDS);
	}

}
