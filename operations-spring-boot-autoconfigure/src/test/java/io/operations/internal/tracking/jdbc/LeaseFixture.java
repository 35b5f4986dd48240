package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import javax.sql.DataSource;

import io.operations.internal.tracking.HeldOperations;
import io.operations.internal.tracking.TrackedChange;
import io.operations.internal.tracking.TrackedRow;
import io.operations.tracking.TrackingListener;
import io.operations.tracking.TrackingState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import reactor.core.scheduler.Schedulers;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Instances that compete for the lease of a client, on a database that tests break.
 */
@Timeout(60)
@Tag("slow")
abstract class LeaseFixture {

	protected static final Duration MAX_WAIT = Duration.ofSeconds(20);

	protected static final String CLIENT = TestRows.CLIENT;

	protected static final Duration LOOK = Duration.ofMillis(50);

	protected final BreakableDataSource dataSource;

	protected final TrackingTables tables = new TrackingTables(
			"l" + UUID.randomUUID().toString().replace("-", "").substring(0, 12) + "_");

	protected final TransactionTemplate transaction;

	protected final JdbcClient jdbc;

	protected final TrackedRows rows;

	protected final LearnedRows learned;

	protected final FencedRows fenced;

	protected final TrackingDialect dialect;

	protected final OwnDataSource own;

	protected final JdbcTransactions transactions;

	protected final List<Instance> instances = new CopyOnWriteArrayList<>();

	protected final ExecutorService threads = Objects.requireNonNull(Executors.newCachedThreadPool());

	protected Duration leaseDuration = Duration.ofSeconds(1);

	protected int maxHeld = 1000;

	protected Duration clockAhead = Duration.ZERO;

	LeaseFixture(DataSource database) {
		this.dataSource = new BreakableDataSource(database);
		JdbcTransactionManager manager = new JdbcTransactionManager(this.dataSource);
		this.transaction = new TransactionTemplate(manager);
		this.jdbc = JdbcClient.create(this.dataSource);
		this.dialect = TrackingDialect.of(this.dataSource);
		TransactionManagers managers = new TransactionManagers(this.dataSource, () -> List.of(manager));
		this.own = new OwnDataSource(this.dataSource, managers);
		this.transactions = new JdbcTransactions(this.own, managers, this.dialect);
		this.rows = new TrackedRows(this.own, this.tables, this.dialect, new DatabaseClock(Instant::now), CLIENT);
		this.learned = new LearnedRows(this.own, this.tables, CLIENT);
		this.fenced = this.dialect.fenced(this.own, this.transactions, this.rows, this.tables, CLIENT);
		TestTables.create(this.dataSource, this.tables);
	}

	@AfterEach
	void stop() {
		this.dataSource.unavailable(false);
		this.instances.forEach(Instance::stop);
		this.threads.shutdownNow();
	}

	protected Instant now() {
		return Instant.now().plus(this.clockAhead);
	}

	protected Instance start(String name) {
		Instance instance = new Instance(name);
		this.instances.add(instance);
		instance.leases.start();
		return instance;
	}

	protected Instance startHolder(String name) {
		Instance instance = start(name);
		await().atMost(MAX_WAIT).until(instance::isHolding);
		return instance;
	}

	/**
	 * Take the lease, as an instance does that never renews it.
	 * @param instance the name of the instance
	 * @param renewed the time of the last renewal
	 * @return the epoch
	 */
	protected long takeLease(String instance, Instant renewed) {
		if (count(this.tables.lease()) == 0) {
			this.jdbc.sql("INSERT INTO " + this.tables.lease()
					+ " (task_name, task_instance, execution_time, picked, version) VALUES ('lease', :client, :now, FALSE, 1)")
				.param("client", CLIENT)
				.param("now", OffsetDateTime.now(ZoneOffset.UTC))
				.update();
		}
		this.jdbc
			.sql("UPDATE " + this.tables.lease()
					+ " SET picked = TRUE, picked_by = :instance, last_heartbeat = :renewed, version = version + 1")
			.param("instance", instance)
			.param("renewed", renewed.atOffset(ZoneOffset.UTC))
			.update();
		return epoch();
	}

	protected long epoch() {
		return this.jdbc.sql("SELECT version FROM " + this.tables.lease() + " WHERE task_instance = :client")
			.param("client", CLIENT)
			.query(Long.class)
			.single();
	}

	protected @Nullable List<String> look(long epoch) {
		List<String> ids = new ArrayList<>();
		int entries = this.fenced.look(epoch, 10, (inbox) -> {
			inbox.open().forEach((row) -> ids.add(row.id()));
			ids.addAll(inbox.gone());
		});
		return (entries >= 0) ? ids : null;
	}

	protected TrackedRow insert(String id) {
		return insert(id, 1);
	}

	protected TrackedRow insert(String id, long version) {
		TrackedRow row = TestRows.row(id, version);
		assertThat(this.rows.insert(row, true)).isTrue();
		return row;
	}

	protected TrackedRow find(String id) {
		return Objects.requireNonNull(this.rows.find(id));
	}

	protected List<String> scheduled() {
		return this.jdbc.sql("SELECT task_instance FROM " + this.tables.scheduled())
			.query((result, number) -> result.getString(1))
			.list();
	}

	protected int count(String table) {
		return this.jdbc.sql("SELECT COUNT(*) FROM " + table).query(Integer.class).single();
	}

	protected <T> @Nullable T onAnotherThread(Callable<@Nullable T> work) {
		try {
			return this.threads.submit(work).get(20, TimeUnit.SECONDS);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	protected static void pass(CountDownLatch latch) {
		try {
			assertThat(latch.await(MAX_WAIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * An instance that holds operations without polling them.
	 */
	protected final class Instance {

		final Operations held = new Operations();

		final LeaseHolder holder;

		final Leases leases;

		final List<Thread> threads = new CopyOnWriteArrayList<>();

		volatile Consumer<List<TrackedChange>> beforeWrite = (changes) -> {
		};

		volatile Runnable beforeLook = () -> {
		};

		volatile Runnable afterLoad = () -> {
		};

		volatile Consumer<Consumer<FencedRows.Inbox>> beforeInbox = (consumer) -> {
		};

		volatile Runnable afterWrite = () -> {
		};

		final AtomicInteger ends = new AtomicInteger();

		private Instance(String name) {
			TrackingListener listener = new TrackingListener() {

				@Override
				public void stored(String call, Duration duration, @Nullable Throwable fault) {
					if (call.equals("load")) {
						Instance.this.afterLoad.run();
					}
				}

			};
			DatabaseCalls calls = new DatabaseCalls(new DatabaseAvailability(Schedulers.parallel(), listener),
					listener);
			LeaseSettings settings = new LeaseSettings(LeaseFixture.this.leaseDuration, LOOK, LOOK,
					LeaseFixture.this.maxHeld, 32_000_000, this::thread);
			this.holder = new LeaseHolder(CLIENT, this.held, new Hooked(),
					new RowReader(LeaseFixture.this.rows, LeaseFixture.this.learned, LeaseFixture.this.transactions,
							calls),
					calls, settings, Schedulers.parallel(), LeaseFixture.this::now, this.ends::incrementAndGet);
			Picks picks = new Picks(LeaseFixture.this.own, LeaseFixture.this.transactions, calls,
					LeaseFixture.this.dialect.pickLease(LeaseFixture.this.tables.lease()), CLIENT,
					this.holder::deadBefore, () -> Duration.ZERO);
			this.leases = new Leases(new TransactionalDataSource(LeaseFixture.this.own), LeaseFixture.this.transactions,
					LeaseFixture.this.tables.lease(), picks, CLIENT, name, this.holder, settings,
					LeaseFixture.this::now);
		}

		private Thread thread(Runnable work) {
			Thread thread = new Thread(work);
			this.threads.add(thread);
			return thread;
		}

		boolean isHolding() {
			return this.holder.isHolding();
		}

		void end(String id) {
			TrackedRow row = this.held.row(id);
			this.held.release(id);
			this.holder.changed(TestRows.ended(row));
		}

		void stop() {
			this.leases.stop();
		}

		/**
		 * Statements that may fail.
		 */
		private final class Hooked implements FencedRows {

			private final FencedRows target = LeaseFixture.this.fenced;

			@Override
			public int look(long epoch, int limit, Consumer<Inbox> consumer) {
				Instance.this.beforeLook.run();
				return this.target.look(epoch, limit, (inbox) -> {
					Instance.this.beforeInbox.accept(consumer);
					consumer.accept(inbox);
				});
			}

			@Override
			public @Nullable Written write(long epoch, List<TrackedChange> changes, Instant due) {
				Instance.this.beforeWrite.accept(changes);
				Written written = this.target.write(epoch, changes, due);
				Instance.this.afterWrite.run();
				return written;
			}

			@Override
			public void count(long epoch, List<HeldOperations.Polls> polls) {
				this.target.count(epoch, polls);
			}

			@Override
			public void learned(long epoch, Map<String, List<Duration>> durations) {
				this.target.learned(epoch, durations);
			}

		}

	}

	/**
	 * The operations that an instance would poll.
	 */
	protected static final class Operations implements Held {

		final Map<String, TrackedRow> rows = new ConcurrentHashMap<>();

		final Map<String, List<Duration>> durations = new ConcurrentHashMap<>();

		final List<String> notable = new CopyOnWriteArrayList<>();

		final List<String> taken = new CopyOnWriteArrayList<>();

		final Map<String, List<Duration>> learnedAgain = new ConcurrentHashMap<>();

		volatile Runnable beforeLearning = () -> {
		};

		volatile boolean releasedInTransaction;

		volatile boolean interrupted;

		@Override
		public void load(List<TrackedRow> loaded) {
			loaded.forEach((row) -> this.rows.merge(row.id(), row,
					(one, other) -> (other.version() > one.version()) ? other : one));
		}

		@Override
		public void take(List<TrackedRow> noted) {
			noted.stream().map(TrackedRow::id).filter((id) -> !has(id)).forEach(this.taken::add);
			load(noted);
		}

		@Override
		public void resume() {
		}

		@Override
		public void changed(TrackedRow before, TrackedRow stored) {
			assertThat(before.state()).isEqualTo(TrackingState.TRACKED);
			this.notable.add(stored.id() + " " + stored.state() + (stored.stuck() ? " stuck" : ""));
		}

		@Override
		public List<HeldOperations.Polls> polls(int most) {
			return List.of();
		}

		@Override
		public Map<String, List<Duration>> samples() {
			return Map.copyOf(this.durations);
		}

		@Override
		public void learn(Map<String, List<Duration>> learned) {
			this.beforeLearning.run();
			this.durations.putAll(learned);
			this.learnedAgain.putAll(learned);
		}

		@Override
		public void release(String operationId) {
			this.releasedInTransaction |= TransactionSynchronizationManager.isActualTransactionActive();
			this.rows.remove(operationId);
		}

		@Override
		public void releaseAll() {
			this.interrupted |= Thread.currentThread().isInterrupted();
			this.rows.clear();
		}

		@Override
		public boolean has(String id) {
			return this.rows.containsKey(id);
		}

		@Override
		public boolean has(String id, long version) {
			TrackedRow row = this.rows.get(id);
			return row != null && row.version() >= version;
		}

		@Override
		public int held() {
			return this.rows.size();
		}

		@Override
		public void stored(String operationId, long version, long next) {
			this.rows.computeIfPresent(operationId,
					(id, row) -> new TrackedRow(row.client(), row.polled(), row.attributes(), row.timeout(),
							row.deadline(), row.due(), row.lastFault(), row.stuck(), row.ending(), next));
		}

		List<String> ids() {
			return List.copyOf(this.rows.keySet());
		}

		// An operation that is loaded again is not held for a moment.
		TrackedRow row(String id) {
			return await().atMost(MAX_WAIT).until(() -> this.rows.get(id), Objects::nonNull);
		}

		long version(String id) {
			TrackedRow row = this.rows.get(id);
			return (row != null) ? row.version() : -1;
		}

	}

}
