package io.operations.benchmarks.simulation;

import java.time.Instant;
import java.util.Map;

import io.operations.Operation;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import org.jspecify.annotations.Nullable;

/**
 * One operation: when it begins and ends, and what asking for it has cost. All times in
 * milliseconds of the virtual clock.
 */
final class SimulatedOperation {

	// As a write of this API names it, so that the kind is known before the first poll.
	private static final String RELATED = "configurationId";

	// The virtual clock begins in 1970. The library believes no such time and would not
	// learn from operations that begin at once.
	private static final Instant SERVER_EPOCH = Instant.parse("2026-01-01T00:00:00Z");

	private final String id;

	private final long began;

	private final long ends;

	private long asked;

	private long longestSilence;

	private int polls;

	private long seen = -1;

	SimulatedOperation(String id, long began, double seconds) {
		this.id = id;
		this.began = began;
		this.asked = began;
		this.ends = began + Math.max(1, Math.round(1000 * seconds));
	}

	String id() {
		return this.id;
	}

	static String kind() {
		return RELATED;
	}

	long began() {
		return this.began;
	}

	long ends() {
		return this.ends;
	}

	/**
	 * Note that it was asked for.
	 * @param now the present time
	 */
	void asked(long now) {
		this.polls++;
		this.longestSilence = Math.max(this.longestSilence, now - this.asked);
		this.asked = now;
	}

	int polls() {
		return this.polls;
	}

	/**
	 * Return the longest time between two polls, or between its begin and the first.
	 * @return the time
	 */
	long longestSilence() {
		return this.longestSilence;
	}

	/**
	 * Return when its end was seen.
	 * @return the time, negative if it was not
	 */
	long seen() {
		return this.seen;
	}

	/**
	 * Return what the endpoint tells of it.
	 * @param now the present time
	 * @param concurrentRequests how many calls of the account are under way, if that is
	 * told
	 * @return the answer
	 */
	OperationSnapshot answer(long now, @Nullable Integer concurrentRequests) {
		boolean ended = now >= this.ends;
		if (ended && this.seen < 0) {
			this.seen = now;
		}
		OperationStatus status = ended ? OperationStatus.COMPLETED : OperationStatus.RUNNING;
		// The Date header has whole seconds.
		return new OperationSnapshot(new Operation(this.id, status, status.name(), SERVER_EPOCH.plusMillis(this.began),
				ended ? SERVER_EPOCH.plusMillis(this.ends) : null, null, null, Map.of(RELATED, "cfg"), Map.of()), null,
				SERVER_EPOCH.plusSeconds(now / 1000), null, concurrentRequests);
	}

}
