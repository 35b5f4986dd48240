package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import reactor.core.scheduler.Scheduler;

/**
 * Runs the threads that work for a lease beside the thread that renews it. If one of them
 * ends, the instance must release the lease.
 */
final class LeaseThreads {

	private static final Log logger = LogFactory.getLog(LeaseThreads.class);

	// Shorter than the time after which db-scheduler interrupts the waiting thread.
	private static final Duration END = Duration.ofSeconds(2);

	private final List<Thread> threads = new ArrayList<>();

	private final ThreadFactory factory;

	private final Scheduler scheduler;

	private final Runnable afterOne;

	/**
	 * Create the threads.
	 * @param factory creates a thread
	 * @param scheduler the clock
	 * @param afterOne called when a thread ends
	 */
	LeaseThreads(ThreadFactory factory, Scheduler scheduler, Runnable afterOne) {
		this.factory = factory;
		this.scheduler = scheduler;
		this.afterOne = afterOne;
	}

	/**
	 * Start a thread.
	 * @param name the end of its name
	 * @param work its work
	 */
	void start(String name, Runnable work) {
		Thread thread = this.factory.newThread(() -> run(work));
		thread.setName(thread.getName() + "-" + name);
		this.threads.add(thread);
		thread.start();
	}

	private void run(Runnable work) {
		try {
			work.run();
		}
		catch (RuntimeException | Error ex) {
			logger.error("The thread '" + Thread.currentThread().getName() + "' of the tracked operations has failed."
					+ " This instance releases the lease, and polls again after it has taken it again. Fix the cause"
					+ " below.", ex);
		}
		finally {
			this.afterOne.run();
		}
	}

	/**
	 * Wait until the threads have ended, but not for long.
	 */
	void join() {
		long end = now() + END.toMillis();
		try {
			for (Thread thread : this.threads) {
				thread.join(Math.max(1, end - now()));
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private long now() {
		return this.scheduler.now(TimeUnit.MILLISECONDS);
	}

}
