package io.operations.test;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.NavigableSet;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/**
 * Provides a scheduler whose time is the real time plus an offset that a test increases.
 * It runs its tasks on another scheduler. Between two jumps, a task runs when its delay
 * has passed in real time, so that requests over a socket keep working.
 * <p>
 * A jump releases each task that has fallen due. The tasks of a jump run one after
 * another, in the order of their times. A periodic task runs once, however many of its
 * periods the jump spans.
 */
final class MovedTime implements Scheduler {

	private final Scheduler real;

	private final Object lock = new Object();

	// The lock guards the fields below. The real scheduler only queues tasks, so the lock
	// may be held while it is called.
	private final NavigableSet<Timer> timers = new TreeSet<>(
			Comparator.<Timer>comparingLong((timer) -> timer.due).thenComparingLong((timer) -> timer.number));

	private final Queue<Timer> released = new ArrayDeque<>();

	private boolean releasing;

	private long numbers;

	private volatile long offset;

	MovedTime(Scheduler real) {
		this.real = real;
	}

	/**
	 * Move the time by a jump, and release the tasks that have fallen due.
	 * @param duration how far
	 */
	void advance(Duration duration) {
		synchronized (this.lock) {
			this.offset += duration.toNanos();
			long now = nanos();
			while (!this.timers.isEmpty() && this.timers.first().due <= now) {
				Timer timer = this.timers.first();
				this.timers.remove(timer);
				timer.alarm.dispose();
				this.released.add(timer);
			}
			for (Timer timer : this.timers) {
				setAlarm(timer, now);
			}
			if (this.releasing) {
				return;
			}
			this.releasing = true;
		}
		releaseNext();
	}

	/**
	 * Return how far the time has been moved.
	 * @return the sum of all jumps
	 */
	Duration offset() {
		return Duration.ofNanos(this.offset);
	}

	boolean isReleasing() {
		synchronized (this.lock) {
			return this.releasing;
		}
	}

	// The next task begins when the one before has returned.
	private void releaseNext() {
		boolean handedOver = false;
		while (!handedOver) {
			Timer timer;
			synchronized (this.lock) {
				timer = this.released.poll();
				this.releasing = timer != null;
			}
			handedOver = timer == null || handOver(timer);
		}
	}

	private boolean handOver(Timer timer) {
		try {
			timer.executor.accept(() -> {
				try {
					timer.run();
				}
				finally {
					releaseNext();
				}
			});
			return true;
		}
		catch (RejectedExecutionException ex) {
			// The worker of this task is disposed.
			return false;
		}
	}

	private void add(Timer timer) {
		synchronized (this.lock) {
			timer.number = this.numbers++;
			this.timers.add(timer);
			setAlarm(timer, nanos());
		}
	}

	private void remove(Timer timer) {
		synchronized (this.lock) {
			this.timers.remove(timer);
			timer.alarm.dispose();
		}
	}

	private void setAlarm(Timer timer, long now) {
		timer.alarm.dispose();
		timer.alarm = this.real.schedule(() -> ring(timer), Math.max(0, timer.due - now), TimeUnit.NANOSECONDS);
	}

	private void ring(Timer timer) {
		synchronized (this.lock) {
			// A jump has released the task, or the task was cancelled.
			if (!this.timers.remove(timer)) {
				return;
			}
		}
		if (timer.isOfWorker) {
			timer.executor.accept(timer);
		}
		else {
			timer.run();
		}
	}

	private long nanos() {
		return now(TimeUnit.NANOSECONDS);
	}

	@Override
	public long now(TimeUnit unit) {
		return this.real.now(unit) + unit.convert(this.offset, TimeUnit.NANOSECONDS);
	}

	@Override
	public Disposable schedule(Runnable task) {
		return this.real.schedule(task);
	}

	@Override
	public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
		return (delay <= 0) ? schedule(task) : schedule(task, delay, 0, unit, this.real::schedule, null);
	}

	@Override
	public Disposable schedulePeriodically(Runnable task, long initialDelay, long period, TimeUnit unit) {
		return schedule(task, Math.max(0, initialDelay), Math.max(1, unit.toNanos(period)), unit, this.real::schedule,
				null);
	}

	/**
	 * Run a task later.
	 * @param task the task
	 * @param delay the delay of the first run
	 * @param period the period in nanoseconds; 0 for a task that runs once
	 * @param unit the unit of the delay
	 * @param executor runs the task
	 * @param worker the open tasks of the worker of the task; {@code null} without one
	 * @return cancels the task
	 */
	Disposable schedule(Runnable task, long delay, long period, TimeUnit unit, Consumer<Runnable> executor,
			Disposable.@Nullable Composite worker) {
		Timer timer = new Timer(task, unit.toNanos(delay), period, executor, worker);
		if (worker != null && !worker.add(timer)) {
			throw new RejectedExecutionException("The worker is disposed");
		}
		add(timer);
		return timer;
	}

	@Override
	public Worker createWorker() {
		return new MovedWorker(this, this.real.createWorker());
	}

	@Override
	public String toString() {
		return "MovedTime[" + offset() + "]";
	}

	/**
	 * Represents a task that waits for its time.
	 */
	private final class Timer implements Runnable, Disposable {

		private final Runnable task;

		private final long period;

		private final Consumer<Runnable> executor;

		private final boolean isOfWorker;

		private final Disposable.@Nullable Composite open;

		private Disposable alarm = Disposables.disposed();

		private long number;

		private long due;

		private volatile boolean disposed;

		private Timer(Runnable task, long delay, long period, Consumer<Runnable> executor,
				Disposable.@Nullable Composite open) {
			this.task = task;
			this.period = period;
			this.executor = executor;
			this.isOfWorker = open != null;
			this.open = open;
			this.due = nanos() + delay;
		}

		@Override
		public void run() {
			if (this.disposed) {
				return;
			}
			if (this.period == 0) {
				end();
			}
			this.task.run();
			if (this.period > 0 && !this.disposed) {
				long now = nanos();
				long next = this.due + this.period;
				// Periods that a jump has skipped are lost.
				this.due = (next > now) ? next : now + this.period;
				add(this);
				if (this.disposed) {
					remove(this);
				}
			}
		}

		private void end() {
			this.disposed = true;
			if (this.open != null) {
				this.open.remove(this);
			}
		}

		@Override
		public void dispose() {
			end();
			remove(this);
		}

		@Override
		public boolean isDisposed() {
			return this.disposed;
		}

	}

}
