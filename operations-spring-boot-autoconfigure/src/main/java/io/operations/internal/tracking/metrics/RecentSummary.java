package io.operations.internal.tracking.metrics;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.operations.tracking.TrackingSummary;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Caches the summary of a store. A read of a summary that is older than a few seconds
 * requests a new one on another thread, and returns the old one. Therefore queries are
 * made only while the summary is read, and no reader waits for a database.
 * <p>
 * A monitoring system reads at a fixed interval, and would always get the summary of the
 * read before. This class therefore also requests a new summary shortly before the next
 * read, which it expects after the same interval.
 */
final class RecentSummary {

	static final Duration FRESH = Duration.ofSeconds(5);

	static final Duration STORE_TIMEOUT = Duration.ofSeconds(30);

	// The time for the query before the expected read.
	private static final Duration AHEAD = Duration.ofSeconds(2);

	private static final Duration LONGEST_INTERVAL = Duration.ofMinutes(5);

	private final AtomicBoolean asking = new AtomicBoolean();

	private final Supplier<Mono<TrackingSummary>> summary;

	private final Scheduler blocking;

	private final Scheduler time;

	private volatile @Nullable Long askedAt;

	private volatile @Nullable TrackingSummary last;

	// Guarded by "this". Several meters are read at a time.
	private @Nullable Long readAt;

	RecentSummary(Supplier<Mono<TrackingSummary>> summary, Scheduler blocking, Scheduler time) {
		this.summary = summary;
		this.blocking = blocking;
		this.time = time;
	}

	/**
	 * Return the summary.
	 * @return the summary, {@code null} before the first one has been read and while the
	 * store cannot be reached
	 */
	@Nullable TrackingSummary get() {
		long now = this.time.now(TimeUnit.NANOSECONDS);
		askIfOlderThan(FRESH, now);
		long interval = intervalOfReads(now);
		if (interval <= LONGEST_INTERVAL.toNanos() && interval > FRESH.toNanos()) {
			askLater(interval - AHEAD.toNanos());
		}
		return this.last;
	}

	// Zero for a read that belongs to the one before.
	private synchronized long intervalOfReads(long now) {
		Long before = this.readAt;
		long interval = (before != null) ? now - before : Long.MAX_VALUE;
		if (interval < FRESH.toNanos()) {
			return 0;
		}
		this.readAt = now;
		return interval;
	}

	private void askLater(long nanos) {
		try {
			this.time.schedule(() -> askIfOlderThan(AHEAD, this.time.now(TimeUnit.NANOSECONDS)), nanos,
					TimeUnit.NANOSECONDS);
		}
		catch (RejectedExecutionException ex) {
			// The application stops. The next read gets the old summary.
		}
	}

	private void askIfOlderThan(Duration age, long now) {
		Long asked = this.askedAt;
		if ((asked == null || now - asked >= age.toNanos()) && this.asking.compareAndSet(false, true)) {
			this.askedAt = now;
			ask();
		}
	}

	// On another thread even if the store does not block: the current thread may have a
	// transaction that this query must not take part in.
	private void ask() {
		Mono.defer(this.summary)
			.subscribeOn(this.blocking)
			.timeout(STORE_TIMEOUT, this.time)
			.doFinally((signal) -> this.asking.set(false))
			.subscribe((summary) -> this.last = summary, (fault) -> this.last = null);
	}

}
