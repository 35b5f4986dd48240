package io.operations.actuate;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackingSummary;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Shares the summary of a client's tracked operations among the requests of a few
 * seconds, because a store counts all operations for each summary. A change by an
 * operator at this instance shows at once. Thread-safe.
 */
final class SharedSummaries {

	/**
	 * The maximum age of a summary.
	 */
	static final Duration FRESH = Duration.ofSeconds(3);

	// A client that leaves and joins again has another tracker.
	private static final int MOST = 100;

	private final Map<OperationTracker, Mono<TrackingSummary>> summaries = new ConcurrentHashMap<>();

	private final UnaryOperator<Mono<TrackingSummary>> inTime;

	/**
	 * Create the object.
	 * @param inTime bounds the time of an answer of the store, because other requests may
	 * wait for the same answer
	 */
	SharedSummaries(UnaryOperator<Mono<TrackingSummary>> inTime) {
		this.inTime = inTime;
	}

	/**
	 * Return the summary of a client.
	 * @param tracker the tracker of the client
	 * @param scheduler the clock
	 * @return the summary, at most three seconds old. An error is not shared with later
	 * requests
	 */
	Mono<TrackingSummary> of(OperationTracker tracker, Scheduler scheduler) {
		if (this.summaries.size() > MOST) {
			this.summaries.clear();
		}
		return this.summaries.computeIfAbsent(tracker, (key) -> share(key, scheduler));
	}

	private Mono<TrackingSummary> share(OperationTracker tracker, Scheduler scheduler) {
		return Mono.defer(() -> this.inTime.apply(tracker.summary()))
			.cache((summary) -> FRESH, (fault) -> Duration.ZERO, () -> Duration.ZERO, scheduler);
	}

	/**
	 * Have the summaries read again, because an operator has changed something.
	 */
	void changed() {
		this.summaries.clear();
	}

}
