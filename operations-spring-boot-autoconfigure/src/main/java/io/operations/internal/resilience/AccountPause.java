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
 * Holds the pause of an account, which a 429 or an operator has begun. A timer or an
 * operator ends the pause. The listener is notified of the changes of the pause and of
 * the throttled requests in the order in which they occur. The admission guards the
 * methods that change or read the pause. It calls {@link #report()} and
 * {@link #throttled} without its lock.
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

	private boolean byOperator;

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
	 * @param byOperator whether an operator begins it, and not the server
	 * @return whether the account pauses for longer than before
	 */
	boolean begin(Duration pause, boolean byOperator) {
		long end = now() + pause.toMillis();
		if (end <= this.until) {
			return false;
		}
		this.until = end;
		this.byOperator = byOperator;
		this.changes.add(() -> began(pause, end, byOperator));
		return true;
	}

	private void began(Duration pause, long end, boolean byOperator) {
		// A timer that is replaced finds that the pause has another end.
		this.timer
			.replace(this.scheduler.schedule(() -> this.onTimer.accept(end), pause.toMillis(), TimeUnit.MILLISECONDS));
		if (byOperator) {
			this.listener.operatorPauseBegan(this.client, pause);
		}
		else {
			this.listener.pauseBegan(this.client, pause);
		}
	}

	/**
	 * End the pause, unless it was extended. The timer decides, and not the clock.
	 * @param end the end of the pause as {@link #begin(Duration, boolean)} determined it
	 * @return whether the pause has ended
	 */
	boolean end(long end) {
		return this.until == end && end();
	}

	/**
	 * End the pause, whoever began it and however long it would last.
	 * @return whether there was one
	 */
	boolean end() {
		if (this.until == Long.MIN_VALUE) {
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
	 * Return whether an operator has begun the pause.
	 * @return {@code false} if the server has begun it, or there is none
	 */
	boolean isByOperator() {
		return this.byOperator && !left().isZero();
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
