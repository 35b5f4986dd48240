package io.operations.docs.extending;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import io.operations.OperationStatus;
import io.operations.tracking.TrackedRow;
import io.operations.tracking.TrackingClaim;
import io.operations.tracking.TrackingEngine;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingState;
import io.operations.tracking.TrackingStore;
import io.operations.tracking.TrackingSummary;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * The smallest store that keeps the promises of {@link TrackingStore}: one instance, one
 * thread, a map in place of the storage.
 */
class ExampleTrackingStore implements TrackingStore {

	private static final Log logger = LogFactory.getLog(ExampleTrackingStore.class);

	private final ConcurrentNavigableMap<String, TrackedRow> rows = new ConcurrentSkipListMap<>();

	private final TrackingEngine engine;

	private volatile ScheduledExecutorService worker;

	private volatile ScheduledFuture<?> job;

	ExampleTrackingStore(TrackingEngine engine) {
		this.engine = engine;
	}

	@Override
	public void start() {
		this.engine.start();
		this.worker = Executors.newSingleThreadScheduledExecutor();
		this.job = this.worker.scheduleWithFixedDelay(this::look, 0, 50, TimeUnit.MILLISECONDS);
	}

	@Override
	public void stop() {
		this.engine.stop();
		if (this.worker != null) {
			this.job.cancel(false);
			this.worker.shutdown();
		}
	}

	private void look() {
		try {
			workOnDue();
		}
		catch (RuntimeException ex) {
			// An exception would end the job.
			logger.warn("The look for due operations failed. The next one follows.", ex);
		}
	}

	private void workOnDue() {
		Instant now = this.engine.polls().now();
		removeOutdated(now);
		List<TrackedRow> due = this.rows.values()
			.stream()
			.filter((row) -> row.due() != null && !row.due().isAfter(now))
			.sorted(Comparator.comparing(TrackedRow::due))
			.toList();
		for (TrackedRow row : due) {
			if (row.state() == TrackingState.ENDED) {
				this.engine.deliver(new Claim(), row);
			}
			else if (this.engine.polls().room() > 0) {
				poll(row);
			}
		}
	}

	private void poll(TrackedRow row) {
		TrackedRow after;
		this.engine.polls().taken(1);
		try {
			after = this.engine.poll(row).block();
		}
		finally {
			this.engine.polls().handedBack();
		}
		// Empty if the poll was not made: the row is still due.
		if (after != null) {
			this.engine.conclude(new Claim(), row, after);
		}
	}

	private void removeOutdated(Instant now) {
		Instant before = now.minus(this.engine.settings().retention());
		this.rows.values()
			.removeIf((row) -> row.state() == TrackingState.DELIVERED && row.ending().endedAt().isBefore(before));
	}

	@Override
	public boolean belongsToThisThread() {
		return true;
	}

	@Override
	public TrackedRow insert(TrackedRow row) {
		return this.rows.putIfAbsent(row.id(), row);
	}

	@Override
	public TrackedRow find(String operationId) {
		return this.rows.get(operationId);
	}

	@Override
	public List<TrackedRow> list(TrackingFilter filter) {
		return this.rows.values()
			.stream()
			.filter((row) -> filter.matches(row.toOperation()))
			.limit(filter.limit())
			.toList();
	}

	@Override
	public boolean remove(String operationId) {
		return this.rows.remove(operationId) != null;
	}

	@Override
	public boolean redeliver(String operationId, Instant now) {
		TrackedRow row = this.rows.get(operationId);
		TrackedRow next = (row != null) ? row.redelivered(now) : null;
		return next != null && this.rows.replace(operationId, row, next.stored());
	}

	@Override
	public TrackingSummary summary(Instant now) {
		Map<TrackingState, Long> states = new EnumMap<>(TrackingState.class);
		Map<OperationStatus, Long> statuses = new EnumMap<>(OperationStatus.class);
		List<TrackedRow> tracked = this.rows.values()
			.stream()
			.filter((row) -> row.state() == TrackingState.TRACKED)
			.toList();
		this.rows.values().forEach((row) -> states.merge(row.state(), 1L, Long::sum));
		tracked.stream()
			.map((row) -> row.polled().lastSeen())
			.filter(Objects::nonNull)
			.forEach((seen) -> statuses.merge(seen.status(), 1L, Long::sum));
		List<Instant> overdue = tracked.stream()
			.map(TrackedRow::due)
			.filter((due) -> due != null && !due.isAfter(now))
			.sorted()
			.toList();
		Instant oldest = tracked.stream().map((row) -> row.polled().since()).min(Instant::compareTo).orElse(now);
		return new TrackingSummary(states, statuses,
				tracked.stream().filter((row) -> row.polled().lastSeen() == null).count(),
				tracked.stream().filter(TrackedRow::stuck).count(), Duration.between(oldest, now), overdue.size(),
				overdue.isEmpty() ? Duration.ZERO : Duration.between(overdue.get(0), now));
	}

	/**
	 * One thread works on the rows, so that a claim is nothing but the right to store.
	 */
	private final class Claim implements TrackingClaim {

		@Override
		public TrackedRow save(TrackedRow row) {
			TrackedRow present = ExampleTrackingStore.this.rows.get(row.id());
			boolean stored = present != null && present.version() == row.version()
					&& ExampleTrackingStore.this.rows.replace(row.id(), present, row.stored());
			return stored ? row.stored() : null;
		}

		@Override
		public TrackedRow release(TrackedRow row) {
			return save(row);
		}

		@Override
		public TrackedRow releaseAfter(Runnable work, TrackedRow row) {
			work.run();
			return release(row);
		}

	}

}
