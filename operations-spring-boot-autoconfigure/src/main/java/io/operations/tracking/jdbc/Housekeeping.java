package io.operations.tracking.jdbc;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Gives signs of life and looks for the dead, for the scheduler underneath, and removes
 * what is outdated. While the database cannot be reached nothing of that could be done,
 * and each try would be a stack trace in the log.
 */
final class Housekeeping extends ScheduledThreadPoolExecutor {

	private static final int THREADS = 3;

	private final BooleanSupplier reached;

	Housekeeping(ThreadFactory factory, BooleanSupplier reached) {
		super(THREADS, factory);
		this.reached = reached;
		setRemoveOnCancelPolicy(true);
	}

	@Override
	public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long initialDelay, long delay, TimeUnit unit) {
		return super.scheduleWithFixedDelay(() -> {
			if (this.reached.getAsBoolean()) {
				command.run();
			}
		}, initialDelay, delay, unit);
	}

}
