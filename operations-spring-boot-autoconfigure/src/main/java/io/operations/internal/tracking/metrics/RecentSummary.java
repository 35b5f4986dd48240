package io.operations.internal.tracking.metrics;

import java.time.Duration;
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
 */
final class RecentSummary {

	static final Duration FRESH = Duration.ofSeconds(5);

	static final Duration STORE_TIMEOUT = Duration.ofSeconds(30);

	private final AtomicBoolean asking = new AtomicBoolean();

	private final Supplier<Mono<TrackingSummary>> summary;

	private final Scheduler blocking;

	private final Scheduler time;

	private volatile @Nullable Long askedAt;

	private volatile @Nullable TrackingSummary last;

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
		Long asked = this.askedAt;
		long now = this.time.now(TimeUnit.NANOSECONDS);
		if ((asked == null || now - asked >= FRESH.toNanos()) && this.asking.compareAndSet(false, true)) {
			this.askedAt = now;
			ask();
		}
		return this.last;
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
