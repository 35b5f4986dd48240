package io.operations.internal.polling;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.operations.OperationStatus;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * Keeps the waits by id, from the first caller that joins to the last one that leaves,
 * and counts them. Callers hold the poller's lock for each method that is not said to be
 * thread-safe.
 *
 * @since 0.1.0
 */
public final class WaitRegistry {

	private final StatusCounts counts = new StatusCounts();

	private final Object lock;

	private final Scheduler scheduler;

	// In the order in which they began.
	private final Map<String, Wait> waits = new LinkedHashMap<>();

	private int waiters;

	WaitRegistry(Object lock, Scheduler scheduler) {
		this.lock = lock;
		this.scheduler = scheduler;
	}

	/**
	 * Return the wait for an operation.
	 * @param operationId the operation's id
	 * @return the wait, {@code null} if there is none
	 */
	@Nullable Wait get(String operationId) {
		return this.waits.get(operationId);
	}

	void add(Wait wait) {
		this.waits.put(wait.operationId(), wait);
		this.counts.of(null).incrementAndGet();
	}

	void remove(Wait wait) {
		this.waits.remove(wait.operationId());
		this.counts.of(wait.countedAs()).decrementAndGet();
	}

	/**
	 * Count a wait under another status.
	 * @param wait the wait
	 * @param status the status that was seen
	 */
	void changed(Wait wait, OperationStatus status) {
		this.counts.of(wait.countedAs()).decrementAndGet();
		this.counts.of(status).incrementAndGet();
		wait.countedAs(status);
	}

	void joined() {
		this.waiters++;
	}

	void left() {
		this.waiters--;
	}

	/**
	 * Return all waits. Thread-safe.
	 * @return a copy, the oldest first
	 */
	List<Wait> all() {
		synchronized (this.lock) {
			return List.copyOf(this.waits.values());
		}
	}

	/**
	 * Return how many operations are awaited. Thread-safe.
	 * @return the number of operations
	 */
	public int size() {
		synchronized (this.lock) {
			return this.waits.size();
		}
	}

	/**
	 * Return how many awaited operations have a status. Thread-safe.
	 * @param status the status that was seen last; {@code null} for operations that were
	 * not seen yet
	 * @return the number of operations
	 */
	public int size(@Nullable OperationStatus status) {
		return this.counts.of(status).get();
	}

	/**
	 * Return how many callers wait. Thread-safe.
	 * @return the number of callers
	 */
	public int waiters() {
		synchronized (this.lock) {
			return this.waiters;
		}
	}

	/**
	 * Return the age of the oldest wait. Thread-safe.
	 * @return its age, zero if there is no wait
	 */
	public Duration oldest() {
		synchronized (this.lock) {
			Iterator<Wait> all = this.waits.values().iterator();
			return all.hasNext() ? Duration.ofMillis(now() - all.next().began()) : Duration.ZERO;
		}
	}

	private long now() {
		return TimeUnit.NANOSECONDS.toMillis(this.scheduler.now(TimeUnit.NANOSECONDS));
	}

}
