package io.operations.test;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import io.operations.OperationFetcher;
import io.operations.OperationFetcherDecorator;
import io.operations.OperationsActivity;
import io.operations.OperationsListener;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Knows whether templates have requests in flight, or responses that they have not
 * processed yet. Without this class, a jump of the simulated time could fall between a
 * response and its consequences.
 */
final class Quiet implements OperationsListener, OperationFetcherDecorator {

	// Longer than a response takes on a busy machine. A response that a test delays for
	// longer does not hold back the jump.
	private static final long MAX_WAIT = Duration.ofSeconds(5).toNanos();

	private static final long LOOK = Duration.ofMillis(1).toNanos();

	private final Map<String, OperationsActivity> activities = new ConcurrentHashMap<>();

	private final AtomicInteger attempts = new AtomicInteger();

	@Override
	public void opened(String client, OperationsActivity activity) {
		this.activities.put(client, activity);
	}

	@Override
	public void closed(String client) {
		this.activities.remove(client);
	}

	// The end of an attempt is counted after the caller has processed its outcome.
	@Override
	public OperationFetcher decorate(OperationFetcher fetcher) {
		return (operationId) -> Mono.defer(() -> {
			this.attempts.incrementAndGet();
			return fetcher.fetch(operationId);
		}).doFinally((signal) -> this.attempts.decrementAndGet());
	}

	/**
	 * Wait until no request is in flight and every response is processed, for five
	 * seconds at most. Requests in a queue of the template do not count, because a pause
	 * may hold them back. Does nothing on a thread that must not block.
	 * @param isQuiet a further condition
	 */
	void await(BooleanSupplier isQuiet) {
		if (Schedulers.isInNonBlockingThread()) {
			return;
		}
		long began = System.nanoTime();
		while (!(isQuiet() && isQuiet.getAsBoolean()) && System.nanoTime() - began < MAX_WAIT
				&& !Thread.currentThread().isInterrupted()) {
			LockSupport.parkNanos(LOOK);
		}
	}

	private boolean isQuiet() {
		int queued = 0;
		for (OperationsActivity activity : this.activities.values()) {
			if (activity.inFlight() > 0) {
				return false;
			}
			queued += activity.queued();
		}
		return this.attempts.get() <= queued;
	}

}
