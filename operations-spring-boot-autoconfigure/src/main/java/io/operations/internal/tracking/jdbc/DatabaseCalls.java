package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.operations.tracking.TrackingListener;
import org.jspecify.annotations.Nullable;

/**
 * Makes the library's calls to the database. Reports each call to the listener, and its
 * result to the {@link DatabaseAvailability}. Retries calls that must succeed.
 */
final class DatabaseCalls {

	private static final Duration BETWEEN_TRIES = Duration.ofMillis(500);

	private final Set<Thread> repeating = Collections.synchronizedSet(new HashSet<>());

	private final DatabaseAvailability availability;

	private final TrackingListener listener;

	private volatile CountDownLatch stopping = new CountDownLatch(1);

	/**
	 * Create the calls.
	 * @param availability receives the results of the calls
	 * @param listener the listener that is notified of each call
	 */
	DatabaseCalls(DatabaseAvailability availability, TrackingListener listener) {
		this.availability = availability;
		this.listener = listener;
	}

	DatabaseAvailability availability() {
		return this.availability;
	}

	void start() {
		this.stopping = new CountDownLatch(1);
	}

	/**
	 * Stop repeating calls. If the database is unavailable, interrupt the calls, because
	 * a pool may let them wait long for a connection.
	 */
	void stop() {
		this.stopping.countDown();
		if (!this.availability.isAvailable()) {
			synchronized (this.repeating) {
				this.repeating.forEach(Thread::interrupt);
			}
		}
	}

	/**
	 * Return whether a fault is expected because the store stops during an outage.
	 * @param fault the fault
	 * @return {@code true} if nobody needs to act
	 */
	boolean isExpectedAtStop(Throwable fault) {
		return this.stopping.getCount() == 0 && DatabaseFaults.isUnavailable(fault);
	}

	/**
	 * Make a call once.
	 * @param name the name of the call for the listener
	 * @param action the call
	 * @param <T> the type of its result
	 * @return its result
	 */
	<T> @Nullable T once(String name, Supplier<@Nullable T> action) {
		long began = this.availability.nanos();
		Throwable fault = null;
		try {
			return action.get();
		}
		catch (RuntimeException | Error ex) {
			fault = ex;
			throw ex;
		}
		finally {
			this.listener.stored(name, Duration.ofNanos(this.availability.nanos() - began), fault);
			if (fault == null) {
				this.availability.succeeded();
			}
			else {
				this.availability.failed(fault, began);
			}
		}
	}

	/**
	 * Make a call, and repeat it every 500 ms while the database is unavailable. Throws
	 * the exception of the call if it has another cause, or if the store stops.
	 * @param name the name of the call for the listener
	 * @param action the call
	 * @param <T> the type of its result
	 * @return its result
	 */
	<T> @Nullable T untilAvailable(String name, Supplier<@Nullable T> action) {
		Thread thread = Thread.currentThread();
		this.repeating.add(thread);
		try {
			return repeat(name, action);
		}
		finally {
			synchronized (this.repeating) {
				this.repeating.remove(thread);
			}
		}
	}

	private <T> @Nullable T repeat(String name, Supplier<@Nullable T> action) {
		while (true) {
			try {
				return once(name, action);
			}
			catch (RuntimeException ex) {
				if (!DatabaseFaults.isUnavailable(ex) || hasStopped()) {
					throw ex;
				}
			}
		}
	}

	private boolean hasStopped() {
		try {
			return this.stopping.await(BETWEEN_TRIES.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return true;
		}
	}

}
