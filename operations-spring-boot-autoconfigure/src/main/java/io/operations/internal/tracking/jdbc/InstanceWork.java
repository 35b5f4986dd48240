package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.TaskResolver;
import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import com.github.kagkarlsson.scheduler.logging.LogLevel;
import com.github.kagkarlsson.scheduler.task.Task;
import io.operations.internal.polling.OperationPolls;
import io.operations.internal.tracking.TrackingEngine;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Delivers the outcomes of all clients of this instance, and runs its housekeeping. Works
 * from the start of the first client to the stop of the last one.
 */
final class InstanceWork {

	private static final Log logger = LogFactory.getLog(InstanceWork.class);

	private static final Duration NEVER = Duration.ofDays(36_500);

	private static final long HOUSEKEEPING_SECONDS = 60;

	private static final double LOOK_WHEN_THREADS_ARE_FREE = 0.9;

	private final TrackingDatabase database;

	private final JdbcTrackingSettings settings;

	private final OperationPolls polls;

	private final StopTimes times;

	private final JdbcCustomization picks;

	private final Instances instances;

	private final HousekeepingJobs jobs;

	// The work of the started clients, by their names.
	private final Map<String, ClientWork> clients = new ConcurrentHashMap<>();

	// The clients whose tasks the scheduler knows.
	private final Set<String> resolved = ConcurrentHashMap.newKeySet();

	private final List<ScheduledFuture<?>> scheduledJobs = new ArrayList<>();

	private volatile @Nullable Scheduler deliveries;

	/**
	 * Create the work.
	 * @param database the database
	 * @param engine the engine of the first client: the others have the same settings,
	 * the same listener and the same clock
	 */
	InstanceWork(TrackingDatabase database, TrackingEngine engine) {
		this.database = database;
		this.settings = database.settings();
		this.polls = engine.polls();
		this.times = new StopTimes(this.polls.scheduler());
		this.picks = new Picks(database.own(), database.transactions(), database.calls(),
				database.dialect().pick(database.tables().scheduled()), this::resolve, this.clients::keySet);
		this.instances = new Instances(database);
		this.jobs = new HousekeepingJobs(database, this.clients, this.instances, this.polls::now);
		database.calls().availability().afterOutage(() -> this.clients.values().forEach(ClientWork::afterOutage));
	}

	TrackingDatabase database() {
		return this.database;
	}

	JdbcCustomization picks() {
		return this.picks;
	}

	/**
	 * Return how long a lease must have been free before this instance takes it.
	 * @return the time, zero if this instance has less than its share
	 */
	Duration takeoverDelay() {
		return this.jobs.takeoverDelay();
	}

	// A scheduler knows the tasks with which it was created. The tasks of clients that
	// join later are added on the thread that picks executions, right before their first
	// pick. They are also removed from the scheduler's unresolved tasks, because it never
	// revives dead executions of such a task.
	private void resolve(TaskResolver resolver) {
		this.clients.forEach((name, client) -> {
			if (this.resolved.add(name)) {
				resolver.addTask(client.task());
				resolver.clearUnresolved(name);
			}
		});
	}

	/**
	 * Begin to deliver the outcomes of a client. The first client checks the database.
	 * @param client the client
	 */
	synchronized void start(ClientWork client) {
		if (this.deliveries != null) {
			this.clients.put(client.client(), client);
			return;
		}
		this.database.check();
		this.clients.put(client.client(), client);
		this.database.calls().start();
		Scheduler started = createScheduler(client.task());
		this.resolved.clear();
		this.resolved.add(client.client());
		this.deliveries = started;
		started.start();
	}

	private Scheduler createScheduler(Task<?> task) {
		return Scheduler.create(this.database.dataSource(), task)
			.tableName(this.database.tables().scheduled())
			.schedulerName(new SchedulerName.Fixed(this.settings.instanceName()))
			.threads(this.settings.deliveries())
			.executorService(new DeliveryThreads(this.settings.deliveries(), this.settings.threadFactory(),
					this.database.handlers()::abort, this.times))
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
			.clock(this.database.clock()::now)
			.pollUsingLockAndFetch(LOOK_WHEN_THREADS_ARE_FREE, 1)
			.build();
	}

	private Housekeeping housekeeping() {
		Housekeeping executor = new Housekeeping(this.settings.threadFactory(), this.database::isAvailable, this.times);
		this.scheduledJobs.clear();
		this.scheduledJobs
			.add(executor.scheduleWithFixedDelay(this.jobs::keepHouse, 1, HOUSEKEEPING_SECONDS, TimeUnit.SECONDS));
		long look = this.settings.lookInterval().toMillis();
		this.scheduledJobs.add(executor.repeat(this.jobs::spreadLeases, look));
		return executor;
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

	/**
	 * Look for outcomes to deliver when one is due.
	 * @param due the due time, by the clock of this instance
	 */
	void deliverAt(Instant due) {
		long millis = Math.max(0, Duration.between(this.polls.now(), due).toMillis()) + 1;
		this.polls.scheduler().schedule(this::deliver, millis, TimeUnit.MILLISECONDS);
	}

	/**
	 * Stop delivering the outcomes of a client, and stop all work with the last client.
	 * Running handlers may finish within the time of the settings.
	 * @param client the client, which has released its lease
	 */
	void stop(ClientWork client) {
		Scheduler running;
		synchronized (this) {
			this.clients.remove(client.client());
			running = this.deliveries;
			if (running == null || !this.clients.isEmpty()) {
				return;
			}
			this.deliveries = null;
			this.database.calls().stop();
			this.scheduledJobs.forEach((job) -> job.cancel(false));
		}
		if (!this.instances.isNoted()) {
			running.stop();
			return;
		}
		// Without a database, a statement may last longer than a stop may.
		Thread leaving = this.settings.threadFactory().newThread(this::leave);
		leaving.start();
		running.stop();
		try {
			TimeUnit.NANOSECONDS.timedJoin(leaving, this.times.forTheRest());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
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
