package io.operations.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingFilter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Schedules many outcomes for another delivery, page by page. Their number and the time
 * are bounded, so that the response arrives before a proxy or a browser gives up.
 */
final class Redeliveries {

	/**
	 * The maximum number of outcomes.
	 */
	static final int MOST = 1000;

	// A call that has begun may take ten more. The page waits for 15.
	private static final Duration LONGEST = Duration.ofSeconds(4);

	private static final int PAGE = 100;

	// So many outcomes are handed to the store at the same time.
	private static final int CONCURRENCY = 4;

	private final AtomicLong accepted = new AtomicLong();

	private final TrackerCalls calls;

	private final OperationTracker tracker;

	/**
	 * Create the object.
	 * @param calls waits for the answers of the tracker
	 * @param tracker the tracker of the client
	 */
	Redeliveries(TrackerCalls calls, OperationTracker tracker) {
		this.calls = calls;
		this.tracker = tracker;
	}

	/**
	 * Schedule the outcomes that match a filter: at most {@link #MOST}, and none after
	 * four seconds.
	 * @param filter the filter
	 * @return the number of scheduled outcomes, and whether more may match
	 */
	RedeliveriesDescriptor of(TrackingFilter filter) {
		Instant end = this.calls.now().plus(LONGEST);
		TrackingFilter rest = filter;
		for (int seen = 0; seen < MOST; seen += PAGE) {
			List<TrackedOperation> page = this.calls.await(this.tracker.stream(rest.withLimit(PAGE)).collectList());
			boolean isDone = schedule(page, end);
			if (!isDone || page.size() < PAGE) {
				return new RedeliveriesDescriptor(accepted(), !isDone);
			}
			rest = rest.withAfter(page.get(page.size() - 1).id());
		}
		boolean isMore = this.calls.awaitAny(this.tracker.stream(rest.withLimit(1)).next()) != null;
		return new RedeliveriesDescriptor(accepted(), isMore);
	}

	// Each answer shows that the store is available, also the one that an outcome is not
	// scheduled.
	private boolean schedule(List<TrackedOperation> page, Instant end) {
		Flux<Boolean> answers = Flux.fromIterable(page)
			.flatMap((operation) -> Mono
				.defer(() -> this.calls.now().isBefore(end) ? this.tracker.redeliver(operation.id()) : Mono.empty()),
					CONCURRENCY);
		return this.calls.awaitAll(answers, this::count) == page.size();
	}

	private void count(boolean isScheduled) {
		if (isScheduled) {
			this.accepted.incrementAndGet();
		}
	}

	/**
	 * Return how many outcomes are scheduled so far.
	 * @return the number of outcomes
	 */
	long accepted() {
		return this.accepted.get();
	}

}
