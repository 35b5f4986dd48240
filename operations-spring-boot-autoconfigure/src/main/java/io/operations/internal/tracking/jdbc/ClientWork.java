package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import io.operations.internal.tracking.HeldOperations;
import io.operations.internal.tracking.TrackedRow;
import io.operations.internal.tracking.TrackingEngine;
import io.operations.internal.tracking.TrackingLoad;
import io.operations.tracking.TrackingSummary;
import org.jspecify.annotations.Nullable;

/**
 * Polls and delivers the tracked operations of one client. {@link JdbcTrackingStore}
 * keeps them. One instance at a time holds the lease of the client and polls. All
 * instances deliver.
 */
final class ClientWork {

	// Operations that wait to be stored may take the size of the heap divided by this.
	private static final int UNWRITTEN = 8;

	private final InstanceWork instance;

	private final TrackingEngine engine;

	private final LeaseSettings holding;

	private final String client;

	private final Duration retention;

	private final JdbcTransactions transactions;

	private final DatabaseCalls calls;

	private final LearnedRows learned;

	private final OutdatedRows outdated;

	private final HeldOperations held;

	private final LeaseHolder holder;

	private final Leases leases;

	private final DeliveryTask task;

	/**
	 * Create the work of a client.
	 * @param instance the work of this instance for all clients
	 * @param engine the engine that polls and delivers
	 * @param rows the rows of the client
	 */
	ClientWork(InstanceWork instance, TrackingEngine engine, TrackedRows rows) {
		TrackingDatabase database = instance.database();
		JdbcTrackingSettings settings = database.settings();
		TrackingTables tables = database.tables();
		DatabaseClock clock = database.clock();
		this.instance = instance;
		this.engine = engine;
		this.client = engine.client();
		this.retention = engine.retention();
		this.transactions = database.transactions();
		this.calls = database.calls();
		this.learned = new LearnedRows(database.own(), tables, this.client);
		this.outdated = new OutdatedRows(database.own(), tables, database.dialect(), this.client);
		engine.limitDeliveries(settings.deliveries());
		this.holding = new LeaseSettings(settings.leaseDuration(), settings.lookInterval(), settings.flushInterval(),
				settings.maxHeld(), Runtime.getRuntime().maxMemory() / UNWRITTEN, settings.threadFactory());
		this.holder = new LeaseHolder(this.client, new HeldByEngine(engine, this::held),
				database.dialect().fenced(database.own(), this.transactions, rows, tables, this.client),
				new RowReader(rows, this.learned, this.transactions, this.calls), this.calls, this.holding,
				engine.polls().scheduler(), clock::now, instance::deliver);
		this.held = engine.hold(this.holder::changed, this.holder::mayPoll);
		this.leases = new Leases(database.dataSource(), this.transactions, tables.lease(),
				new Picks(database.own(), this.transactions, this.calls, database.dialect().pickLease(tables.lease()),
						this.client, this.holder::deadBefore, instance::takeoverDelay),
				this.client, settings.instanceName(), this.holder, this.holding, clock::now);
		this.task = new DeliveryTask(this.client, engine, rows, this.calls, this.transactions, database.handlers(),
				clock, instance::deliverAt);
	}

	private HeldOperations held() {
		return this.held;
	}

	void start() {
		this.instance.start(this);
		this.holder.learn(this.learned.find());
		this.leases.start();
	}

	void stop() {
		this.instance.stopping();
		this.leases.stop();
		this.instance.stop(this);
	}

	String client() {
		return this.client;
	}

	/**
	 * Return the task that delivers the outcomes of this client.
	 * @return the task of db-scheduler
	 */
	DeliveryTask task() {
		return this.task;
	}

	/**
	 * Return whether this instance polls the operations of this client.
	 * @return whether it holds the lease, as far as it knows
	 */
	boolean isHolding() {
		return this.holder.isHolding();
	}

	/**
	 * Return the name of the instance that holds the lease.
	 * @return the name, {@code null} if the lease is free or its holder has not renewed
	 * it
	 */
	@Nullable String holderName() {
		return this.leases.holderName();
	}

	/**
	 * Release the lease, so that another instance takes it.
	 */
	void releaseLease() {
		this.holder.release();
	}

	/**
	 * Store at once what the polls have changed during an outage of the database.
	 */
	void afterOutage() {
		this.holder.afterOutage();
	}

	/**
	 * Remove outdated operations, and create the row of the lease if it is missing.
	 * @param now the present time
	 */
	void keepHouse(Instant now) {
		this.leases.createIfAvailable();
		Instant before = now.minus(this.retention);
		Integer removed;
		do {
			removed = this.calls.once("prune", () -> this.transactions.inBounded(() -> this.outdated.prune(before)));
		}
		while (removed != null && this.outdated.isWholeBatch(removed));
	}

	/**
	 * Poll an operation that a caller has begun to track. The inbox contains the
	 * operation, too, so that another holder finds it, or this instance finds it later.
	 * No poll leaves on the thread of the caller, who may still have a connection.
	 * @param row the row of the operation
	 */
	void inserted(TrackedRow row) {
		if (this.holder.hasCapacity()) {
			this.held.load(List.of(row));
		}
	}

	/**
	 * Look at once for operations that callers have removed. Only this look stops their
	 * polls, in the order of the database, because an id may be tracked again meanwhile,
	 * or the removal may be rolled back to a savepoint.
	 */
	void removed() {
		this.holder.wake();
	}

	/**
	 * Look at once for outcomes to deliver.
	 */
	void deliver() {
		this.instance.deliver();
	}

	/**
	 * Return an operation with the present number of its polls, if this instance polls
	 * it.
	 * @param row the row, as stored
	 * @return the row
	 */
	TrackedRow current(TrackedRow row) {
		// While a change waits to be stored, the row keeps the number of polls that fits
		// the rest of the row.
		boolean isCurrent = !this.holder.isHolding() || this.holder.hasUnwritten(row.id());
		return isCurrent ? row : this.held.current(row);
	}

	/**
	 * Return how full the bounded parts of this instance are.
	 * @return the load
	 */
	TrackingLoad load() {
		return new TrackingLoad(this.held.held(), this.holding.maxHeld(), this.engine.delivering(),
				this.engine.maxDelivering(), this.holder.unwritten(), this.holding.maxUnwritten(), Double.NaN);
	}

	/**
	 * Return the summary of the open operations, if all of them are in memory.
	 * @return the summary, {@code null} if the database must count them
	 */
	@Nullable TrackingSummary summary() {
		return this.holder.holdsAll() ? this.held.summary() : null;
	}

	/**
	 * Return how many open operations wait in the database because the memory is full.
	 * @param open the number of all open operations
	 * @return the number, 0 if this instance does not hold the lease
	 */
	long waiting(long open) {
		return this.holder.isFull() ? Math.max(0, open - this.held.held()) : 0;
	}

}
