package io.operations.internal.resilience;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

import io.operations.OperationsListener;
import io.operations.OperationsThrottledException;
import io.operations.internal.WorkLoop;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/**
 * Holds the pause of an account after a 429. A timer ends the pause. The listener is
 * notified of the changes of the pause and of the throttled requests in the order in
 * which they occur. The admission guards the methods that change or read the pause. It
 * calls {@link #report()} and {@link #throttled} without its lock.
 */
final class AccountPause implements Disposable {

	private final Disposable.Swap timer = Disposables.swap();

	private final Queue<Runnable> changes = new ConcurrentLinkedQueue<>();

	private final WorkLoop reports = new WorkLoop(this::reportAll);

	private final String client;

	private final Scheduler scheduler;

	private final OperationsListener listener;

	private final LongConsumer onTimer;

	private long until = Long.MIN_VALUE;

	private long lastEnd = Long.MIN_VALUE;

	/**
	 * Create the pause.
	 * @param client the name of the client
	 * @param scheduler the scheduler, which is also the clock
	 * @param listener the listener for pauses and for throttled requests
	 * @param onTimer called without the lock when a pause may be over, with the end of
	 * that pause
	 */
	AccountPause(String client, Scheduler scheduler, OperationsListener listener, LongConsumer onTimer) {
		this.client = client;
		this.scheduler = scheduler;
		this.listener = listener;
		this.onTimer = onTimer;
	}

	/**
	 * Begin a pause, unless the account already pauses for longer.
	 * @param pause how long the pause lasts
	 * @return whether the account pauses for longer than before
	 */
	boolean begin(Duration pause) {
		long end = now() + pause.toMillis();
		if (end <= this.until) {
			return false;
		}
		this.until = end;
		this.changes.add(() -> began(pause, end));
		return true;
	}

	private void began(Duration pause, long end) {
		// A timer that is replaced finds that the pause has another end.
		this.timer
			.replace(this.scheduler.schedule(() -> this.onTimer.accept(end), pause.toMillis(), TimeUnit.MILLISECONDS));
		this.listener.pauseBegan(this.client, pause);
	}

	/**
	 * End the pause, unless it was extended. The timer decides, and not the clock.
	 * @param end the end of the pause as {@link #begin(Duration)} determined it
	 * @return whether the pause has ended
	 */
	boolean end(long end) {
		if (this.until != end) {
			return false;
		}
		this.until = Long.MIN_VALUE;
		this.lastEnd = now();
		this.changes.add(() -> this.listener.pauseEnded(this.client));
		return true;
	}

	/**
	 * Report a throttled request, after the pause that it may have begun.
	 * @param refusal what the server or the admission answered
	 */
	void throttled(OperationsThrottledException refusal) {
		this.changes.add(() -> this.listener.throttled(this.client, refusal));
		report();
	}

	/**
	 * Notify the listener of all changes.
	 */
	void report() {
		this.reports.run();
	}

	private void reportAll() {
		Runnable change = this.changes.poll();
		while (change != null) {
			change.run();
			change = this.changes.poll();
		}
	}

	/**
	 * Return how long the pause still lasts.
	 * @return the time; zero if there is no pause
	 */
	Duration left() {
		long left = (this.until != Long.MIN_VALUE) ? this.until - now() : 0;
		return (left > 0) ? Duration.ofMillis(left) : Duration.ZERO;
	}

	/**
	 * Return when the last pause ended.
	 * @return the time in milliseconds of the scheduler's monotonic clock;
	 * {@link Long#MIN_VALUE} if no pause has ended
	 */
	long lastEnd() {
		return this.lastEnd;
	}

	private long now() {
		return TimeUnit.NANOSECONDS.toMillis(this.scheduler.now(TimeUnit.NANOSECONDS));
	}

	@Override
	public void dispose() {
		this.timer.dispose();
	}

}
