package io.operations.tracking.jdbc;

import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * The threads that run polls and deliveries. Notifies the store when a thread is free
 * again, so that it immediately searches for due operations that had no room.
 */
final class PollThreads extends ThreadPoolExecutor {

	private static final long IDLE_SECONDS = 60;

	private final Runnable onFree;

	private final Runnable onInterrupt;

	private final StopTimes times;

	private volatile boolean interrupted;

	/**
	 * Create the threads.
	 * @param threads the maximum number of threads
	 * @param factory creates the threads
	 * @param onFree called when a thread is free again
	 * @param onInterrupt called after the threads were interrupted, to end calls that
	 * ignore that
	 * @param times bounds the time of a stop
	 */
	PollThreads(int threads, ThreadFactory factory, Runnable onFree, Runnable onInterrupt, StopTimes times) {
		super(threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
		allowCoreThreadTimeOut(true);
		this.onFree = onFree;
		this.onInterrupt = onInterrupt;
		this.times = times;
	}

	@Override
	public List<Runnable> shutdownNow() {
		List<Runnable> waiting = super.shutdownNow();
		this.interrupted = true;
		this.onInterrupt.run();
		return waiting;
	}

	@Override
	public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
		return super.awaitTermination(Math.min(unit.toNanos(timeout), this.times.forDeliveries(this.interrupted)),
				TimeUnit.NANOSECONDS);
	}

	@Override
	protected void afterExecute(Runnable task, @Nullable Throwable fault) {
		super.afterExecute(task, fault);
		this.onFree.run();
	}

}
