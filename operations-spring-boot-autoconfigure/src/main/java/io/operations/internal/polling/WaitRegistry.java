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
	private final Map<String, AwaitedOperation> waits = new LinkedHashMap<>();

	private final WaitList list;

	private int callers;

	WaitRegistry(Object lock, Scheduler scheduler) {
		this.lock = lock;
		this.scheduler = scheduler;
		this.list = new WaitList(this, lock, scheduler);
	}

	/**
	 * Return the list of the waits for an operator. Thread-safe.
	 * @return the list
	 */
	public WaitList list() {
		return this.list;
	}

	/**
	 * Return the wait for an operation.
	 * @param operationId the operation's id
	 * @return the wait, {@code null} if there is none
	 */
	@Nullable AwaitedOperation get(String operationId) {
		return this.waits.get(operationId);
	}

	void add(AwaitedOperation awaited) {
		this.waits.put(awaited.operationId(), awaited);
		this.counts.of(null).incrementAndGet();
	}

	void remove(AwaitedOperation awaited) {
		this.waits.remove(awaited.operationId());
		this.counts.of(awaited.countedAs()).decrementAndGet();
	}

	/**
	 * Count a wait under another status.
	 * @param awaited the awaited operation
	 * @param status the status that was seen
	 */
	void changed(AwaitedOperation awaited, OperationStatus status) {
		this.counts.of(awaited.countedAs()).decrementAndGet();
		this.counts.of(status).incrementAndGet();
		awaited.countedAs(status);
	}

	void joined() {
		this.callers++;
	}

	void left() {
		this.callers--;
	}

	/**
	 * Return all waits. Thread-safe.
	 * @return a copy, the oldest first
	 */
	List<AwaitedOperation> all() {
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
	public int callers() {
		synchronized (this.lock) {
			return this.callers;
		}
	}

	/**
	 * Return the age of the oldest wait. Thread-safe.
	 * @return its age, zero if there is no wait
	 */
	public Duration oldest() {
		synchronized (this.lock) {
			Iterator<AwaitedOperation> all = this.waits.values().iterator();
			return all.hasNext() ? Duration.ofMillis(now() - all.next().began()) : Duration.ZERO;
		}
	}

	private long now() {
		return TimeUnit.NANOSECONDS.toMillis(this.scheduler.now(TimeUnit.NANOSECONDS));
	}

}
