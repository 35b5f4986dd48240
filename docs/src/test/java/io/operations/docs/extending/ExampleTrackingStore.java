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
import io.operations.tracking.HeldOperations;
import io.operations.tracking.TrackedChange;
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
 * thread for deliveries, a map in place of the storage.
 */
class ExampleTrackingStore implements TrackingStore {

	private static final Log logger = LogFactory.getLog(ExampleTrackingStore.class);

	private final ConcurrentNavigableMap<String, TrackedRow> rows = new ConcurrentSkipListMap<>();

	private final TrackingEngine engine;

	private final HeldOperations held;

	private volatile ScheduledExecutorService worker;

	private volatile ScheduledFuture<?> job;

	private volatile boolean running;

	ExampleTrackingStore(TrackingEngine engine) {
		this.engine = engine;
		this.held = engine.hold(this::changed, () -> this.running);
	}

	@Override
	public void start() {
		this.running = true;
		this.held.load(this.rows.values().stream().filter((row) -> row.state() == TrackingState.TRACKED).toList());
		this.worker = Executors.newSingleThreadScheduledExecutor();
		this.job = this.worker.scheduleWithFixedDelay(this::look, 0, 50, TimeUnit.MILLISECONDS);
	}

	@Override
	public void stop() {
		this.running = false;
		this.held.releaseAll();
		if (this.worker != null) {
			this.job.cancel(false);
			this.worker.shutdown();
		}
	}

	private void look() {
		try {
			deliverAndRemove(this.engine.polls().now());
		}
		catch (RuntimeException ex) {
			// An exception would end the job.
			logger.warn("The look for outcomes to deliver failed. The next one follows.", ex);
		}
	}

	private void changed(TrackedChange change) {
		TrackedRow before = this.rows.get(change.id());
		if (before == null || before.version() != change.version()) {
			// Somebody has forgotten the operation.
			this.held.release(change.id(), change.version());
			return;
		}
		TrackedRow after = change.applyTo(before).stored();
		if (this.rows.replace(change.id(), before, after)) {
			this.held.stored(change.id(), before.version(), after.version());
			this.engine.changed(before, after);
		}
	}

	private void deliverAndRemove(Instant now) {
		removeOutdated(now);
		this.rows.values()
			.stream()
			.filter((row) -> row.state() == TrackingState.ENDED && row.due() != null && !row.due().isAfter(now))
			.sorted(Comparator.comparing(TrackedRow::due))
			.forEach((row) -> this.engine.deliver(new Claim(), row));
	}

	private void removeOutdated(Instant now) {
		Instant before = now.minus(this.engine.retention());
		this.rows.values()
			.removeIf((row) -> row.state() == TrackingState.DELIVERED && row.ending().endedAt().isBefore(before));
	}

	@Override
	public boolean belongsToThisThread() {
		return true;
	}

	@Override
	public TrackedRow insert(TrackedRow row) {
		TrackedRow known = this.rows.putIfAbsent(row.id(), row);
		if (known == null && this.running) {
			this.held.hold(row);
		}
		return known;
	}

	@Override
	public TrackedRow find(String operationId) {
		TrackedRow row = this.rows.get(operationId);
		return (row != null) ? this.held.current(row) : null;
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
		TrackedRow row = this.rows.remove(operationId);
		if (row != null) {
			// By its version: another thread may already track the operation again.
			this.held.release(operationId, row.version());
		}
		return row != null;
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
			.map((row) -> this.held.nextDue(row.id()))
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
	 * One thread delivers, so that a claim is nothing but the right to store.
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
