package io.operations.internal.tracking;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import io.operations.internal.polling.OperationPolls;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingState;
import io.operations.tracking.TrackingStore;
import io.operations.tracking.TrackingSummary;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * Tracks the operations of a client whose {@link TrackingStore} only keeps them. The
 * template's poller holds the open operations and polls them as it polls for waits. This
 * class stores what the polls change, and has outcomes delivered and outdated operations
 * removed.
 *
 * @since 0.1.0
 */
public final class StoreTracking implements ClientTracking {

	private final TrackingStore store;

	private final StoredRows rows;

	private final TrackingEngine engine;

	private final OperationPolls polls;

	private final HeldOperations held;

	private final Deliveries deliveries;

	private final PendingChanges pending;

	private final DeliveredRemoval removal;

	private volatile boolean running;

	/**
	 * Create the tracking of a client.
	 * @param engine the engine that polls and delivers
	 * @param store keeps the operations
	 * @param blocking the scheduler for handlers, and for calls of a store that blocks
	 */
	public StoreTracking(TrackingEngine engine, TrackingStore store, Scheduler blocking) {
		this.engine = engine;
		this.store = store;
		this.removal = new DeliveredRemoval(engine, store, blocking);
		this.rows = new StoredRows(store);
		this.polls = engine.polls();
		this.deliveries = new Deliveries(this.polls.scheduler(), blocking, this::deliver);
		this.pending = new PendingChanges(this.polls.scheduler(), blocking, this::store);
		this.held = engine.hold(this::changed, this::isRunning);
	}

	@Override
	public void start() {
		this.running = true;
		try {
			holdAll();
		}
		catch (RuntimeException ex) {
			this.running = false;
			this.held.releaseAll();
			throw ex;
		}
		this.deliveries.start();
		this.removal.start();
	}

	private void holdAll() {
		each(TrackingState.TRACKED, this.held::load);
		each(TrackingState.ENDED,
				(page) -> page.forEach((row) -> this.deliveries.load(row.id(), untilDue(row, this.polls.now()))));
	}

	@Override
	public void stop() {
		this.running = false;
		this.removal.stop();
		if (!this.store.isBlocking()) {
			// The number of polls and the next due time are in memory only.
			each(TrackingState.TRACKED, (page) -> page.forEach((row) -> this.rows.keep(this.held.current(row))));
		}
		this.held.releaseAll();
		this.pending.storeNow();
		this.deliveries.stop();
	}

	private void each(TrackingState state, Consumer<List<TrackedRow>> action) {
		List<TrackedRow> page = this.rows.page(state, null);
		while (!page.isEmpty()) {
			action.accept(page);
			page = this.rows.page(state, page.get(page.size() - 1).id());
		}
	}

	private boolean isRunning() {
		return this.running;
	}

	@Override
	public boolean isPolling() {
		return this.running;
	}

	@Override
	public boolean belongsToThisThread() {
		return !this.store.isBlocking();
	}

	@Override
	public @Nullable TrackedRow insert(TrackedRow tracked) {
		TrackedRow row = this.rows.numbered(tracked);
		TrackedRow known = this.rows.insert(row);
		if (known == null && this.running) {
			this.held.hold(row);
		}
		return known;
	}

	private void changed(TrackedChange change) {
		if (this.store.isBlocking()) {
			this.pending.add(change);
		}
		else {
			store(change);
		}
	}

	private long store(TrackedChange change) {
		TrackedRow before = this.rows.find(change.id());
		boolean isCurrent = before != null && before.version() == change.version();
		TrackedRow stored = (before != null && isCurrent) ? this.rows.store(change.applyTo(before)) : null;
		if (before != null && stored != null) {
			if (!change.isEnd()) {
				this.held.stored(change.id(), change.version(), stored.version());
			}
			plan(stored);
			this.engine.changed(before, stored);
			this.deliveries.run();
			return stored.version();
		}
		// The operation was forgotten, and perhaps tracked again, while the change was on
		// its way. Or the store kept an earlier try and failed to answer.
		this.held.release(change.id(), change.version());
		TrackedRow present = this.rows.find(change.id());
		if (present != null && present.state() == TrackingState.TRACKED && this.running) {
			this.held.hold(present);
		}
		if (present != null && change.isEndOf(present)) {
			this.deliveries.load(present.id(), untilDue(present, this.polls.now()));
			this.engine.changed(present, present);
			this.deliveries.run();
		}
		return PendingChanges.REJECTED;
	}

	private void plan(TrackedRow row) {
		if (row.state() == TrackingState.ENDED) {
			this.deliveries.plan(row.id(), untilDue(row, this.polls.now()));
		}
	}

	private static Duration untilDue(TrackedRow row, Instant now) {
		Instant due = row.due();
		return (due != null) ? Duration.between(now, due) : Duration.ZERO;
	}

	private void deliver(String operationId) {
		TrackedRow row = this.rows.find(operationId);
		if (row != null && row.state() == TrackingState.ENDED) {
			this.engine.deliver(new Claim(), row);
		}
	}

	@Override
	public @Nullable TrackedRow find(String operationId) {
		TrackedRow row = this.rows.find(operationId);
		return (row != null) ? current(row) : null;
	}

	@Override
	public List<TrackedRow> list(TrackingFilter filter) {
		return this.rows.list(filter).stream().map(this::current).toList();
	}

	// While a change waits to be stored, the row keeps the number of polls that fits the
	// rest of the row.
	private TrackedRow current(TrackedRow row) {
		return this.pending.has(row.id()) ? row : this.held.current(row);
	}

	@Override
	public boolean remove(String operationId, Runnable removed) {
		TrackedRow row = this.rows.find(operationId);
		while (row != null && !this.rows.remove(row)) {
			row = this.rows.find(operationId);
		}
		if (row == null) {
			return false;
		}
		this.deliveries.cancel(operationId);
		this.held.release(operationId, row.version());
		removed.run();
		return true;
	}

	@Override
	public boolean redeliver(String operationId, Instant now) {
		TrackedRow stored = null;
		while (stored == null) {
			TrackedRow row = this.rows.find(operationId);
			TrackedRow next = (row != null) ? row.redelivered(now) : null;
			if (next == null) {
				return false;
			}
			stored = this.rows.store(next);
		}
		plan(stored);
		this.deliveries.run();
		return true;
	}

	@Override
	public TrackingSummary summary(Instant now) {
		Map<TrackingState, Long> ended = new EnumMap<>(TrackingState.class);
		for (TrackingState state : TrackingState.values()) {
			long number = (state != TrackingState.TRACKED) ? this.rows.count(state) : 0;
			if (number > 0) {
				ended.put(state, number);
			}
		}
		TrackingSummary open = this.running ? this.held.summary() : stopped(now);
		return open
			.plus(new TrackingSummary(ended, Map.of(), 0, 0, Duration.ZERO, this.deliveries.due(), Duration.ZERO))
			.withFailing(this.rows.failing());
	}

	@Override
	public TrackingLoad load() {
		Long stored = this.store.maxOperations();
		return new TrackingLoad(this.held.held(), Double.NaN, this.engine.delivering(), this.engine.maxDelivering(), 0,
				Double.NaN, (stored != null) ? stored : Double.NaN);
	}

	// While the tracking is stopped, no operations are held in memory.
	private TrackingSummary stopped(Instant now) {
		OpenSummary open = new OpenSummary(now);
		each(TrackingState.TRACKED, (page) -> page.forEach(open::add));
		return open.toSummary();
	}

	/**
	 * Represents the right of one worker to deliver an outcome. No other delivery of this
	 * outcome is planned meanwhile.
	 */
	private final class Claim implements TrackingClaim {

		@Override
		public @Nullable TrackedRow save(TrackedRow row) {
			return StoreTracking.this.rows.store(row);
		}

		@Override
		public @Nullable TrackedRow release(TrackedRow row) {
			return planned(save(row));
		}

		@Override
		public @Nullable TrackedRow releaseAfter(Runnable work, TrackedRow row) {
			return planned(StoreTracking.this.rows.storeAfter(work, row));
		}

		private @Nullable TrackedRow planned(@Nullable TrackedRow stored) {
			if (stored != null) {
				plan(stored);
			}
			StoreTracking.this.deliveries.run();
			return stored;
		}

	}

}
