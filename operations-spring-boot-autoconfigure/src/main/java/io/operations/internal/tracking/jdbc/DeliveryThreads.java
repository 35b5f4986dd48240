package io.operations.internal.tracking.jdbc;

import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Runs the threads that deliver outcomes. When a stop interrupts them, it also ends the
 * transactions of handlers in the database.
 */
final class DeliveryThreads extends ThreadPoolExecutor {

	private static final long IDLE_SECONDS = 60;

	private final Runnable onInterrupt;

	private final StopTimes times;

	private volatile boolean interrupted;

	/**
	 * Create the threads.
	 * @param threads the maximum number of threads
	 * @param factory creates the threads
	 * @param onInterrupt called after the threads were interrupted, to end calls that
	 * ignore an interrupt
	 * @param times bounds the time of a stop
	 */
	DeliveryThreads(int threads, ThreadFactory factory, Runnable onInterrupt, StopTimes times) {
		super(threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
		allowCoreThreadTimeOut(true);
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

}
