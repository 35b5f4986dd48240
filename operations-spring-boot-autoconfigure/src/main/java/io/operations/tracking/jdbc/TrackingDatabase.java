package io.operations.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import javax.sql.DataSource;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.TaskResolver;
import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import com.github.kagkarlsson.scheduler.logging.LogLevel;
import com.github.kagkarlsson.scheduler.task.Task;
import io.operations.polling.OperationPolls;
import io.operations.tracking.TrackingEngine;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Contains what the stores of all clients share: the database, the deliveries of their
 * outcomes and the housekeeping. It works from the start of the first store to the stop
 * of the last one.
 */
final class TrackingDatabase {

	private static final Log logger = LogFactory.getLog(TrackingDatabase.class);

	private static final Duration NEVER = Duration.ofDays(36_500);

	private static final long HOUSEKEEPING_SECONDS = 60;

	private static final double LOOK_WHEN_THREADS_ARE_FREE = 0.9;

	private final DataSource own;

	private final DataSource dataSource;

	private final JdbcTrackingSettings settings;

	private final TrackingTables tables;

	private final TrackingDialect dialect;

	private final OperationPolls polls;

	private final Duration retention;

	private final JdbcTransactions transactions;

	private final HandlerTransactions handlers;

	private final TableChecks checks;

	private final DatabaseCalls calls;

	private final DatabaseClock clock;

	private final StopTimes times;

	private final JdbcCustomization picks;

	private final Instances instances;

	private final UnknownClients unknownClients;

	// The stores that are started, by their clients.
	private final Map<String, JdbcTrackingStore> stores = new ConcurrentHashMap<>();

	// The clients whose tasks the scheduler knows.
	private final Set<String> resolved = ConcurrentHashMap.newKeySet();

	private volatile @Nullable Scheduler deliveries;

	private final List<ScheduledFuture<?>> jobs = new ArrayList<>();

	/**
	 * Create the database.
	 * @param dataSource the database
	 * @param transactionManagers supplies the application's transaction managers when
	 * they are first needed
	 * @param settings the settings for the stores
	 * @param engine the engine of the first client: the others have the same settings,
	 * the same listener and the same clock
	 */
	TrackingDatabase(DataSource dataSource, Supplier<List<PlatformTransactionManager>> transactionManagers,
			JdbcTrackingSettings settings, TrackingEngine engine) {
		DataSource target = (dataSource instanceof TransactionAwareDataSourceProxy proxy
				&& proxy.getTargetDataSource() != null) ? proxy.getTargetDataSource() : dataSource;
		this.settings = settings;
		this.polls = engine.polls();
		this.retention = engine.settings().retention();
		this.times = new StopTimes(this.polls.scheduler());
		this.dialect = TrackingDialect.of(target);
		this.tables = settings.tables().in(target);
		this.clock = new DatabaseClock(this.polls::now);
		TransactionManagers managers = new TransactionManagers(target, transactionManagers);
		OwnDataSource connections = new OwnDataSource(target, managers);
		this.own = connections;
		this.dataSource = new TransactionalDataSource(connections);
		this.transactions = new JdbcTransactions(connections, managers);
		this.handlers = new HandlerTransactions(target, connections, managers, this.transactions,
				this.dialect.bounds(connections, engine.settings().delivery().timeout()), this.polls.scheduler());
		this.checks = new TableChecks(connections, this.tables);
		DatabaseAvailability availability = new DatabaseAvailability(this.polls.scheduler(), engine.listener());
		availability.afterOutage(() -> this.stores.values().forEach(JdbcTrackingStore::afterOutage));
		this.calls = new DatabaseCalls(availability, engine.listener());
		this.picks = new Picks(connections, this.transactions, this.calls, this.dialect.pick(this.tables.scheduled()),
				this::resolve, this.stores::keySet);
		this.instances = new Instances(connections, this.transactions, this.calls, this.dialect, this.tables.lease(),
				settings.instanceName(), settings.leaseDuration());
		this.unknownClients = new UnknownClients(connections, this.tables);
	}

	DataSource own() {
		return this.own;
	}

	/**
	 * Return the database for db-scheduler, which takes part in transactions.
	 * @return the database
	 */
	DataSource dataSource() {
		return this.dataSource;
	}

	JdbcTrackingSettings settings() {
		return this.settings;
	}

	TrackingTables tables() {
		return this.tables;
	}

	TrackingDialect dialect() {
		return this.dialect;
	}

	JdbcTransactions transactions() {
		return this.transactions;
	}

	HandlerTransactions handlers() {
		return this.handlers;
	}

	DatabaseCalls calls() {
		return this.calls;
	}

	DatabaseClock clock() {
		return this.clock;
	}

	JdbcCustomization picks() {
		return this.picks;
	}

	/**
	 * Return how long a lease must have been free before this instance takes it. That
	 * leaves it to instances that hold fewer leases.
	 * @return the time, zero if this instance has not its share
	 */
	Duration patience() {
		return this.instances.patience(this.stores.size(), held().size());
	}

	// A scheduler knows the tasks of its creation. Those of clients that join later are
	// added on the thread that looks, right before their first pick. If the scheduler has
	// met an execution of the task before, it would leave its dead executions alone for
	// ever.
	private void resolve(TaskResolver resolver) {
		this.stores.forEach((client, store) -> {
			if (this.resolved.add(client)) {
				resolver.addTask(store.task());
				resolver.clearUnresolved(client);
			}
		});
	}

	/**
	 * Begin to deliver the outcomes of a store.
	 * @param store the store
	 */
	synchronized void start(JdbcTrackingStore store) {
		if (this.deliveries != null) {
			this.stores.put(store.client(), store);
			return;
		}
		check();
		this.stores.put(store.client(), store);
		this.calls.start();
		Scheduler started = createScheduler(store.task());
		this.resolved.clear();
		this.resolved.add(store.client());
		this.deliveries = started;
		started.start();
	}

	private void check() {
		Duration off;
		try {
			this.checks.checkTables();
			off = this.clock.measure(this.checks::time);
		}
		catch (DataAccessException ex) {
			if (DatabaseFaults.isUnavailable(ex)) {
				throw ex;
			}
			throw new TrackingDatabaseException("A table of tracked operations (" + String.join(", ", this.tables.all())
					+ ") is missing, cannot be read or lacks a column: " + ex.getMostSpecificCause().getMessage(),
					"Set operations.tracking.jdbc.initialize-schema=always to create them at startup, or create them with"
							+ " the script " + this.dialect.schema()
							+ " of the library, for instance in a Flyway migration. Neither changes a table that exists:"
							+ " compare it with the script.",
					ex);
		}
		if (off.abs().compareTo(this.settings.heartbeatInterval()) > 0) {
			logger.warn("The clock of this machine differs from the database's clock by " + off.abs() + " (machine: "
					+ this.polls.now() + ", database: " + this.clock.now()
					+ "), which is more than operations.tracking.jdbc.heartbeat-interval. This instance adds the difference"
					+ " to the due times and heartbeats that it stores, and measures it each minute. Times that it stores"
					+ " of operations, such as deadlines, are wrong on other instances. Synchronize both clocks by NTP.");
		}
	}

	private Scheduler createScheduler(Task<?> task) {
		return Scheduler.create(this.dataSource, task)
			.tableName(this.tables.scheduled())
			.schedulerName(new SchedulerName.Fixed(this.settings.instanceName()))
			.threads(this.settings.deliveries())
			.executorService(new DeliveryThreads(this.settings.deliveries(), this.settings.threadFactory(),
					this.handlers::abort, this.times))
			.housekeeperExecutor(housekeeping())
			.pollingInterval(this.settings.lookInterval().multipliedBy(2))
			.heartbeatInterval(this.settings.heartbeatInterval())
			.missedHeartbeatsLimit(this.settings.missedHeartbeats())
			// The table may also have deliveries of clients that this instance does not
			// know.
			.deleteUnresolvedAfter(NEVER)
			.shutdownMaxWait(this.settings.shutdownMaxWait())
			.jdbcCustomization(this.picks)
			.failureLogging(LogLevel.WARN, true)
			.clock(this.clock::now)
			.pollUsingLockAndFetch(LOOK_WHEN_THREADS_ARE_FREE, 1)
			.build();
	}

	private Housekeeping housekeeping() {
		Housekeeping executor = new Housekeeping(this.settings.threadFactory(), this::isAvailable, this.times);
		this.jobs.clear();
		this.jobs.add(executor.scheduleWithFixedDelay(this::keepHouse, 1, HOUSEKEEPING_SECONDS, TimeUnit.SECONDS));
		long look = this.settings.lookInterval().toMillis();
		this.jobs.add(executor.repeat(this::spreadLeases, look));
		return executor;
	}

	private boolean isAvailable() {
		try {
			this.calls.once("ping", () -> {
				this.checks.ping();
				return null;
			});
			return true;
		}
		catch (RuntimeException ex) {
			return false;
		}
	}

	private void keepHouse() {
		try {
			this.clock.measure(this.checks::time);
			Instant before = this.polls.now().minus(this.retention);
			for (JdbcTrackingStore store : this.stores.values()) {
				store.keepHouse(before);
			}
			this.unknownClients.report(this.stores.keySet());
			this.instances.forgetDead();
		}
		catch (RuntimeException ex) {
			// An exception would end the periodic pruning.
			logger.warn(
					"The library cannot remove delivered operations older than operations.tracking.retention. It tries"
							+ " again in one minute. If this repeats, fix the cause below: until then the table grows.",
					ex);
		}
	}

	private void spreadLeases() {
		Collection<JdbcTrackingStore> held = held();
		try {
			if (this.stores.size() > 1 && this.instances.mayGiveBack(this.stores.size(), held.size())) {
				held.stream().findAny().ifPresent(JdbcTrackingStore::giveLeaseBack);
			}
		}
		catch (RuntimeException ex) {
			// An exception would end the job.
			logger.debug("How many instances hold leases is not known at present.", ex);
		}
	}

	private Collection<JdbcTrackingStore> held() {
		return this.stores.values().stream().filter(JdbcTrackingStore::isHolding).toList();
	}

	/**
	 * Look at once for outcomes to deliver.
	 */
	void deliver() {
		Scheduler running = this.deliveries;
		if (running != null) {
			running.triggerCheckForDueExecutions();
		}
	}

	void deliverAt(Instant due) {
		long millis = Math.max(0, Duration.between(this.polls.now(), due).toMillis()) + 1;
		this.polls.scheduler().schedule(this::deliver, millis, TimeUnit.MILLISECONDS);
	}

	/**
	 * Deliver the outcomes of a store no more, and stop with the last store. Running
	 * handlers may finish within the time of the settings.
	 * @param store the store, whose lease is given back
	 */
	void stop(JdbcTrackingStore store) {
		Scheduler running;
		synchronized (this) {
			this.stores.remove(store.client());
			running = this.deliveries;
			if (running == null || !this.stores.isEmpty()) {
				return;
			}
			this.deliveries = null;
			this.calls.stop();
			this.jobs.forEach((job) -> job.cancel(false));
		}
		if (this.instances.isNoted()) {
			// Without a database, a statement may last longer than a stop may.
			this.settings.threadFactory().newThread(this::leave).start();
		}
		running.stop();
	}

	private void leave() {
		try {
			this.instances.leave();
		}
		catch (RuntimeException ex) {
			logger.debug("The others notice later that this instance has stopped.", ex);
		}
	}

	/**
	 * Begin to stop. The stores of several clients begin at the same time.
	 */
	void stopping() {
		this.times.begin(this.settings.shutdownMaxWait());
	}

}
