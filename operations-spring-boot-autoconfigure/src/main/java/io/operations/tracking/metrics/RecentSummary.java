package io.operations.tracking.metrics;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackingSummary;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The summary as it was not long ago. Whoever reads it when it is older than a few
 * seconds has it asked for anew, on another thread, and is given what there is: so it
 * costs a query only while somebody looks, and nobody who looks waits for a database.
 */
final class RecentSummary {

	static final Duration FRESH = Duration.ofSeconds(5);

	static final Duration PATIENCE = Duration.ofSeconds(30);

	private final AtomicBoolean asking = new AtomicBoolean();

	private final OperationTracker tracker;

	private final Scheduler blocking;

	private final Scheduler time;

	private volatile @Nullable Long askedAt;

	private volatile @Nullable TrackingSummary last;

	RecentSummary(OperationTracker tracker, Scheduler blocking, Scheduler time) {
		this.tracker = tracker;
		this.blocking = blocking;
		this.time = time;
	}

	/**
	 * Return the summary.
	 * @return the summary, {@code null} if it is not known: not yet, or because the store
	 * cannot be reached
	 */
	@Nullable TrackingSummary get() {
		Long asked = this.askedAt;
		long now = this.time.now(TimeUnit.NANOSECONDS);
		if ((asked == null || now - asked >= FRESH.toNanos()) && this.asking.compareAndSet(false, true)) {
			this.askedAt = now;
			ask();
		}
		return this.last;
	}

	// Elsewhere even where the store would answer at once: this thread may be in a
	// transaction of its own.
	private void ask() {
		Mono.defer(this.tracker::summary)
			.subscribeOn(this.blocking)
			.timeout(PATIENCE, this.time)
			.doFinally((signal) -> this.asking.set(false))
			.subscribe((summary) -> this.last = summary, (fault) -> this.last = null);
	}

}
