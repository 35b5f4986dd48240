package io.operations.tracking.jdbc;

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

	PollThreads(int threads, ThreadFactory factory, Runnable onFree) {
		super(threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
		allowCoreThreadTimeOut(true);
		this.onFree = onFree;
	}

	@Override
	protected void afterExecute(Runnable task, @Nullable Throwable fault) {
		super.afterExecute(task, fault);
		this.onFree.run();
	}

}
