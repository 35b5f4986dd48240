package io.operations.internal.polling;

import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * Runs an action at the time of the next poll or deadline. Each call of {@link #set}
 * replaces the time of the call before. Times are milliseconds of the scheduler's
 * monotonic clock.
 */
final class PollTimer {

	private final Scheduler scheduler;

	private final Runnable action;

	private @Nullable Disposable timer;

	private long at = Long.MAX_VALUE;

	PollTimer(Scheduler scheduler, Runnable action) {
		this.scheduler = scheduler;
		this.action = action;
	}

	/**
	 * Set the timer. Only one thread may call this method at a time.
	 * @param time when the action runs; {@link Long#MAX_VALUE} for never
	 * @param now the present time
	 */
	void set(long time, long now) {
		synchronized (this) {
			if (time == this.at) {
				return;
			}
			this.at = time;
			if (this.timer != null) {
				this.timer.dispose();
				this.timer = null;
			}
		}
		if (time == Long.MAX_VALUE) {
			return;
		}
		Disposable set = this.scheduler.schedule(() -> ring(time), Math.max(0, time - now), TimeUnit.MILLISECONDS);
		synchronized (this) {
			if (this.at == time) {
				this.timer = set;
			}
		}
	}

	/**
	 * Forget the time of the timer, because setting it may have failed. The next call of
	 * {@link #set} sets it again.
	 */
	synchronized void forget() {
		this.at = Long.MAX_VALUE;
	}

	private void ring(long time) {
		synchronized (this) {
			if (this.at == time) {
				this.at = Long.MAX_VALUE;
				this.timer = null;
			}
		}
		this.action.run();
	}

}
