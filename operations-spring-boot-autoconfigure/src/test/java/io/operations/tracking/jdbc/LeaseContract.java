package io.operations.tracking.jdbc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
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
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import javax.sql.DataSource;

import io.operations.Operation;
import io.operations.OperationStatus;
import io.operations.polling.PolledOperation;
import io.operations.polling.PollingTarget;
import io.operations.tracking.HeldOperations;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.TrackedChange;
import io.operations.tracking.TrackedRow;
import io.operations.tracking.TrackingListener;
import io.operations.tracking.TrackingState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.core.io.Resource;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What a lease promises: one instance at a time polls, only its writes are stored, and it
 * hears of every operation that was committed.
 */
@Timeout(60)
abstract class LeaseContract {

	protected static final Duration PATIENCE = Duration.ofSeconds(20);

	private static final String CLIENT = "operations";

	private static final Duration LOOK = Duration.ofMillis(50);

	protected final BreakableDataSource dataSource;

	protected final TrackingTables tables = new TrackingTables(
			"l" + UUID.randomUUID().toString().replace("-", "").substring(0, 12) + "_");

	protected final TransactionTemplate transaction;

	protected final JdbcClient jdbc;

	protected final TrackedRows rows;

	protected final LearnedRows learned;

	protected final FencedRows fenced;

	private final TrackingDialect dialect;

	private final OwnDataSource own;

	private final JdbcTransactions transactions;

	private final List<Instance> instances = new CopyOnWriteArrayList<>();

	protected final ExecutorService threads = Objects.requireNonNull(Executors.newCachedThreadPool());

	protected Duration leaseDuration = Duration.ofSeconds(1);

	private int maxHeld = 1000;

	private Duration clockAhead = Duration.ZERO;

	LeaseContract(DataSource database) {
		this.dataSource = new BreakableDataSource(database);
		JdbcTransactionManager manager = new JdbcTransactionManager(this.dataSource);
		this.transaction = new TransactionTemplate(manager);
		this.jdbc = JdbcClient.create(this.dataSource);
		this.dialect = TrackingDialect.of(this.dataSource);
		TransactionManagers managers = new TransactionManagers(this.dataSource, () -> List.of(manager));
		this.own = new OwnDataSource(this.dataSource, managers);
		this.transactions = new JdbcTransactions(this.own, managers);
		this.rows = new TrackedRows(this.own, this.tables, this.dialect, new DatabaseClock(Instant::now), CLIENT);
		this.learned = new LearnedRows(this.own, this.tables, CLIENT);
		this.fenced = this.dialect.fenced(this.own, this.transactions, this.rows, this.tables, CLIENT);
		createTables();
	}

	private void createTables() {
		try {
			Resource script = new DefaultResourceLoader()
				.getResource(JdbcTrackingStore.schemaLocation(this.dataSource));
			String text = this.tables.rename(script.getContentAsString(StandardCharsets.UTF_8));
			new ResourceDatabasePopulator(new ByteArrayResource(text.getBytes(StandardCharsets.UTF_8)))
				.execute(this.dataSource);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@AfterEach
	void stop() {
		this.dataSource.unavailable(false);
		this.instances.forEach(Instance::stop);
		this.threads.shutdownNow();
	}

	@Test
	void whenTheLeaseIsFreeOneOfTwoInstancesTakesIt() {
		insert("op");
		Instance one = start("one");
		Instance two = start("two");
		await().atMost(PATIENCE).until(() -> one.held.has("op") || two.held.has("op"));
		await().during(Duration.ofMillis(500)).atMost(PATIENCE).until(() -> one.isHolding() != two.isHolding());
		assertThat(List.of(one.held.has("op"), two.held.has("op"))).containsExactlyInAnyOrder(true, false);
	}

	@Test
	void whenTheHolderStopsAnotherTakesTheLeaseAtOnce() {
		this.leaseDuration = Duration.ofMinutes(10);
		Instance one = startHolder("one");
		Instance two = start("two");
		insert("op");
		await().atMost(PATIENCE).until(() -> one.held.has("op"));
		one.stop();
		assertThat(one.held.ids()).isEmpty();
		await().atMost(PATIENCE).until(() -> two.held.has("op"));
		assertThat(two.isHolding()).isTrue();
	}

	@Test
	void whenTheHolderRenewsNoMoreAnotherTakesTheLease() {
		insert("op");
		long epoch = takeLease("dead", Instant.now());
		Instance two = start("two");
		await().atMost(PATIENCE).until(() -> two.held.has("op"));
		assertThat(epoch()).isEqualTo(epoch + 1);
	}

	@Test
	void whileTheHolderRenewsNobodyTakesTheLease() {
		Instance one = startHolder("one");
		long epoch = epoch();
		Instance two = start("two");
		await().during(this.leaseDuration.multipliedBy(3).dividedBy(2)).atMost(PATIENCE).until(() -> !two.isHolding());
		assertThat(epoch()).isEqualTo(epoch);
		assertThat(one.isHolding()).isTrue();
	}

	@Test
	void whenTheLeaseIsLostNoFurtherPollMayLeaveAndNothingIsHeld() {
		Instance one = startHolder("one");
		insert("op");
		await().atMost(PATIENCE).until(() -> one.held.has("op"));
		await().atMost(PATIENCE).until(one.holder::mayPoll);
		takeLease("other", Instant.now().plusSeconds(60));
		await().atMost(PATIENCE).until(() -> !one.isHolding());
		assertThat(one.holder.mayPoll()).isFalse();
		await().atMost(PATIENCE).until(() -> one.held.ids().isEmpty());
	}

	@Test
	void whatAHolderStoresWithoutKnowingThatItLostTheLeaseIsRefused() {
		TrackedRow row = insert("op");
		long epoch = takeLease("one", Instant.now());
		takeLease("two", Instant.now());
		assertThat(this.fenced.write(epoch, List.of(ended(row)), Instant.now())).isNull();
		assertThat(find("op").state()).isEqualTo(TrackingState.TRACKED);
		assertThat(find("op").version()).isEqualTo(row.version());
		assertThat(scheduled()).isEmpty();
		assertThat(look(epoch)).isNull();
		assertThat(count(this.tables.inbox())).as("left to the holder").isEqualTo(1);
	}

	@Test
	void whatTheHolderStoresIsStoredAndAnEndIsScheduledForDelivery() {
		TrackedRow one = insert("one");
		TrackedRow two = insert("two");
		long epoch = takeLease("one", Instant.now());
		FencedRows.Written written = this.fenced.write(epoch, List.of(ended(one), seen(two)), Instant.now());
		assertThat(Objects.requireNonNull(written).stored()).containsOnly(Map.entry("one", one.version() + 1),
				Map.entry("two", two.version() + 1));
		assertThat(written.refused()).isEmpty();
		TrackedRow stored = find("one");
		assertThat(stored.state()).isEqualTo(TrackingState.ENDED);
		assertThat(stored.ending().outcome()).isEqualTo(OperationOutcome.Type.COMPLETED);
		assertThat(stored.ending().endedAt()).isNotNull();
		assertThat(stored.polled().polls()).isEqualTo(1);
		assertThat(Objects.requireNonNull(stored.polled().lastSeen()).status()).isEqualTo(OperationStatus.COMPLETED);
		assertThat(stored.attributes()).containsOnly(Map.entry("a", "b"));
		assertThat(find("two").state()).isEqualTo(TrackingState.TRACKED);
		assertThat(find("two").polled().kind()).isEqualTo("k");
		assertThat(scheduled()).containsExactly("one");
	}

	@Test
	void aChangeWithoutAnOperationKeepsTheOneThatWasSeen() {
		TrackedRow row = insert("op");
		long epoch = takeLease("one", Instant.now());
		this.fenced.write(epoch, List.of(seen(row)), Instant.now());
		TrackedRow seen = find("op");
		TrackedChange failed = new TrackedChange(polled(row, null, null), row.deadline(), "fault", true,
				TrackedRow.Ending.NONE, seen.version());
		this.fenced.write(epoch, List.of(failed), Instant.now());
		TrackedRow after = find("op");
		assertThat(after.lastFault()).isEqualTo("fault");
		assertThat(after.stuck()).isTrue();
		assertThat(after.polled().lastSeen()).isEqualTo(seen.polled().lastSeen());
		assertThat(after.polled().kind()).isEqualTo("k");
	}

	@Test
	void aRowThatACallerHasChangedOrRemovedIsRefusedAndTheOthersAreStored() {
		TrackedRow changed = insert("changed");
		TrackedRow removed = insert("removed");
		TrackedRow other = insert("other");
		this.rows.update(changed);
		this.rows.delete("removed");
		long epoch = takeLease("one", Instant.now());
		FencedRows.Written written = this.fenced.write(epoch, List.of(ended(changed), ended(removed), ended(other)),
				Instant.now());
		assertThat(Objects.requireNonNull(written).refused()).containsExactlyInAnyOrder("changed", "removed");
		assertThat(written.stored()).containsOnlyKeys("other");
		assertThat(scheduled()).containsExactly("other");
	}

	@Test
	void aRowThatACallerHasLockedDelaysNoOtherAndIsStoredLater() {
		TrackedRow locked = insert("locked");
		TrackedRow other = insert("other");
		long epoch = takeLease("one", Instant.now());
		this.transaction.executeWithoutResult((status) -> {
			this.rows.delete("locked");
			FencedRows.Written written = onAnotherThread(
					() -> this.fenced.write(epoch, List.of(ended(locked), ended(other)), Instant.now()));
			assertThat(Objects.requireNonNull(written).stored()).containsOnlyKeys("other");
			assertThat(written.refused()).isEmpty();
			status.setRollbackOnly();
		});
		FencedRows.Written written = this.fenced.write(epoch, List.of(ended(locked)), Instant.now());
		assertThat(Objects.requireNonNull(written).stored()).containsOnlyKeys("locked");
	}

	@Test
	void whatIsCommittedInAnotherOrderThanItWasInsertedIsAllFound() throws Exception {
		Instance one = startHolder("one");
		int number = 10;
		List<Integer> order = new ArrayList<>();
		List<CountDownLatch> commits = new ArrayList<>();
		List<Future<?>> writers = new ArrayList<>();
		for (int i = 0; i < number; i++) {
			CountDownLatch commit = new CountDownLatch(1);
			CountDownLatch inserted = new CountDownLatch(1);
			String id = "op" + i;
			commits.add(commit);
			order.add(i);
			writers.add(this.threads.submit(() -> this.transaction.executeWithoutResult((status) -> {
				insert(id);
				inserted.countDown();
				pass(commit);
			})));
			pass(inserted);
		}
		insert("last");
		await().atMost(PATIENCE).until(() -> one.held.has("last"));
		assertThat(one.held.ids()).containsExactly("last");
		Collections.shuffle(order);
		for (int i : order) {
			commits.get(i).countDown();
			writers.get(i).get(20, TimeUnit.SECONDS);
			await().atMost(PATIENCE).until(() -> one.held.has("op" + i));
		}
		assertThat(one.held.ids()).hasSize(number + 1);
		await().atMost(PATIENCE).until(() -> count(this.tables.inbox()) == 0);
	}

	@Test
	void whatIsForgottenIsReleasedAndWhatIsTrackedAnewIsHeldInItsNewVersion() {
		Instance one = startHolder("one");
		TrackedRow first = insert("op");
		insert("other");
		await().atMost(PATIENCE).until(() -> one.held.ids().size() == 2);
		this.transaction.executeWithoutResult((status) -> {
			this.rows.delete("op");
			status.setRollbackOnly();
		});
		this.rows.delete("other");
		await().atMost(PATIENCE).until(() -> !one.held.has("other"));
		assertThat(one.held.releasedInTransaction).isFalse();
		assertThat(one.held.has("op")).as("rolled back").isTrue();
		this.rows.delete("op");
		TrackedRow second = insert("op", first.version() + 1000);
		await().atMost(PATIENCE).until(() -> one.held.version("op") == second.version());
	}

	@Test
	void aLookThatCannotCommitLosesNoOperation() {
		long epoch = takeLease("one", Instant.now());
		insert("op");
		this.transaction.executeWithoutResult((status) -> {
			assertThat(look(epoch)).containsExactly("op");
			status.setRollbackOnly();
		});
		assertThat(look(epoch)).containsExactly("op");
		assertThat(look(epoch)).isEmpty();
	}

	@Test
	void aNewOperationKeepsTheTimeOfItsFirstPoll() {
		long epoch = takeLease("one", Instant.now());
		Instant due = Instant.now().plusSeconds(42).truncatedTo(ChronoUnit.MILLIS);
		this.rows.insert(row("op", 1).due(due));
		List<TrackedRow> found = new ArrayList<>();
		this.fenced.look(epoch, 10, (inbox) -> found.addAll(inbox.open()));
		assertThat(found).singleElement().satisfies((row) -> assertThat(row.due()).isEqualTo(due));
	}

	@Test
	void openOperationsAreLoadedPageByPageAndNoOthers() {
		for (int i = 0; i < 2500; i++) {
			insert("op" + i);
		}
		this.jdbc.sql("DELETE FROM " + this.tables.inbox()).update();
		long epoch = takeLease("one", Instant.now());
		this.fenced.write(epoch, List.of(ended(find("op7"))), Instant.now());
		this.maxHeld = 10_000;
		Instance two = start("two");
		await().atMost(PATIENCE).until(() -> two.held.ids().size() == 2499);
		assertThat(two.held.has("op7")).isFalse();
		TrackedRow loaded = two.held.row("op8");
		assertThat(loaded.deadline()).isEqualTo(find("op8").deadline());
		assertThat(loaded.version()).isEqualTo(find("op8").version());
	}

	@Test
	void anOperationThatNoHolderHasSeenIsNewAlsoForTheInstanceThatTakesTheLease() {
		for (int i = 0; i < 10; i++) {
			insert("old" + i);
		}
		this.jdbc.sql("DELETE FROM " + this.tables.inbox()).update();
		insert("new");
		Instance one = startHolder("one");
		await().atMost(PATIENCE).until(() -> one.held.held() == 11);
		assertThat(one.held.taken).containsExactly("new");
	}

	@Test
	void whatDoesNotFitIsTakenUpAsOthersEnd() {
		this.maxHeld = 3;
		Instance one = startHolder("one");
		for (int i = 0; i < 9; i++) {
			insert("op" + i);
		}
		List<String> all = new ArrayList<>();
		for (int i = 0; i < 9; i++) {
			await().atMost(PATIENCE).until(() -> !one.held.ids().isEmpty());
			assertThat(one.held.held()).isLessThanOrEqualTo(3);
			String id = one.held.ids().get(0);
			all.add(id);
			one.end(id);
		}
		assertThat(all).hasSize(9).doesNotHaveDuplicates();
		await().atMost(PATIENCE).until(() -> scheduled().size() == 9);
	}

	@Test
	void anOperationWhoseEndIsStoredWhileItsPageIsReadIsNotHeldAgain() {
		insert("op");
		Instance one = start("one");
		AtomicBoolean ended = new AtomicBoolean();
		one.afterLoad = () -> {
			if (one.held.has("op")) {
				one.afterLoad = () -> {
				};
				one.end("op");
				await().atMost(PATIENCE).until(() -> find("op").state() == TrackingState.ENDED);
				await().atMost(PATIENCE).until(() -> !one.holder.hasUnwritten("op"));
				ended.set(true);
			}
		};
		await().atMost(PATIENCE).untilTrue(ended);
		insert("other");
		await().atMost(PATIENCE).until(() -> one.held.has("other"));
		await().during(LOOK).atMost(PATIENCE).until(() -> !one.held.has("op"));
	}

	@Test
	void aPlaceThatBecomesFreeIsTakenAtOnceHoweverManyAreHeld() {
		this.maxHeld = 100;
		Instance one = startHolder("one");
		for (int i = 100; i < 210; i++) {
			insert("op" + i);
		}
		await().atMost(PATIENCE).until(() -> one.held.held() == 100);
		List<String> before = one.held.ids();
		await().during(LOOK.multipliedBy(3)).atMost(PATIENCE).until(() -> one.held.held() == 100);
		one.end(before.stream().max(String::compareTo).orElseThrow());
		await().atMost(Duration.ofSeconds(2)).until(() -> one.held.held() == 100);
	}

	@Test
	void aDatabaseThatGoesAwayWhileABadChangeIsLookedForLosesNoOther() {
		Instance one = startHolder("one");
		insert("bad");
		insert("good");
		await().atMost(PATIENCE).until(() -> one.held.ids().size() == 2);
		AtomicBoolean together = new AtomicBoolean();
		one.beforeWrite = (changes) -> {
			boolean bad = changes.stream().anyMatch((change) -> change.id().equals("bad"));
			if (bad && changes.size() > 1) {
				together.set(true);
			}
			if (bad && changes.size() == 1 && together.get()) {
				this.dataSource.unavailable(true);
			}
			if (bad) {
				throw new DataIntegrityViolationException("bad");
			}
		};
		one.holder.changed(seen(one.held.row("bad")));
		one.end("good");
		await().atMost(PATIENCE).until(together::get);
		int refused = this.dataSource.refused();
		await().atMost(PATIENCE).until(() -> this.dataSource.refused() > refused + 2);
		one.beforeWrite = (changes) -> {
		};
		this.dataSource.unavailable(false);
		await().atMost(PATIENCE).until(() -> scheduled().equals(List.of("good")));
		await().atMost(PATIENCE).until(() -> one.held.has("bad"));
		one.holder.changed(seen(one.held.row("bad")));
		await().atMost(PATIENCE).until(() -> find("bad").polled().lastSeen() != null);
	}

	@Test
	void whenAThreadOfTheHolderFailsTheLeaseIsGivenBackAndTakenWithNewThreads() {
		Instance one = startHolder("one");
		insert("op");
		await().atMost(PATIENCE).until(() -> one.held.has("op"));
		long epoch = epoch();
		one.beforeWrite = (changes) -> {
			one.beforeWrite = (later) -> {
			};
			throw new LinkageError("broken");
		};
		one.end("op");
		await().atMost(PATIENCE).until(() -> one.isHolding() && one.held.has("op"));
		assertThat(epoch()).isEqualTo(epoch + 2);
		one.end("op");
		await().atMost(PATIENCE).until(() -> scheduled().equals(List.of("op")));
	}

	@Test
	void whenALookFailsTheThreadsOfThatLeaseEnd() {
		Instance one = startHolder("one");
		long epoch = epoch();
		one.beforeLook = () -> {
			one.beforeLook = () -> {
			};
			throw new LinkageError("broken");
		};
		await().atMost(PATIENCE).until(() -> one.isHolding() && epoch() > epoch);
		await().atMost(PATIENCE)
			.untilAsserted(() -> assertThat(one.threads.stream().filter(Thread::isAlive).map(Thread::getName))
				.filteredOn((name) -> name.endsWith("-flush") || name.endsWith("-load"))
				.hasSize(2));
		insert("op");
		await().atMost(PATIENCE).until(() -> one.held.has("op"));
		one.end("op");
		await().atMost(PATIENCE).until(() -> scheduled().equals(List.of("op")));
	}

	@Test
	void whileTheDatabaseIsAwayPollsGoOnAndTheLastStateOfEachIsStoredAtItsReturn() {
		this.leaseDuration = Duration.ofSeconds(2);
		Instance one = startHolder("one");
		Instance two = start("two");
		insert("op");
		insert("other");
		await().atMost(PATIENCE).until(() -> one.held.ids().size() == 2);
		long epoch = epoch();
		this.dataSource.unavailable(true);
		int refused = this.dataSource.refused();
		await().atMost(PATIENCE).until(() -> this.dataSource.refused() > refused + 2);
		for (int i = 0; i < 5; i++) {
			one.holder.changed(seen(one.held.row("other")));
		}
		one.end("op");
		await().during(this.leaseDuration.multipliedBy(5).dividedBy(4)).atMost(PATIENCE).until(one.holder::mayPoll);
		assertThat(one.held.has("other")).isTrue();
		this.dataSource.unavailable(false);
		await().atMost(Duration.ofSeconds(3)).until(() -> scheduled().equals(List.of("op")));
		await().atMost(PATIENCE).until(() -> find("other").polled().lastSeen() != null);
		assertThat(find("other").version()).isEqualTo(one.held.version("other"));
		assertThat(epoch()).as("nobody took a lease that ran out only because the database was away").isEqualTo(epoch);
		assertThat(two.isHolding()).isFalse();
	}

	@Test
	void whatIsNotYetStoredWhenTheHolderStopsIsStored() {
		Instance one = startHolder("one");
		insert("op");
		await().atMost(PATIENCE).until(() -> one.held.has("op"));
		one.holder.changed(seen(one.held.row("op")));
		one.stop();
		assertThat(find("op").polled().lastSeen()).isNotNull();
	}

	@Test
	void theListenerIsNotifiedOfAnEndAndOnceOfAnOperationThatIsStuck() {
		Instance one = startHolder("one");
		insert("ends");
		insert("hangs");
		await().atMost(PATIENCE).until(() -> one.held.ids().size() == 2);
		one.end("ends");
		for (int i = 0; i < 2; i++) {
			TrackedRow row = one.held.row("hangs");
			one.holder.changed(new TrackedChange(polled(row, null, null), row.deadline(), null, true,
					TrackedRow.Ending.NONE, row.version()));
			await().atMost(PATIENCE).until(() -> one.held.version("hangs") > row.version());
		}
		await().atMost(PATIENCE).until(() -> one.held.notable.size() >= 2);
		assertThat(one.held.notable).containsExactlyInAnyOrder("ends ENDED", "hangs TRACKED stuck");
	}

	@Test
	void theNextHolderKnowsWhatTheOneBeforeHasLearned() {
		Instance one = startHolder("one");
		one.held.durations.put("import", List.of(Duration.ofMillis(1500), Duration.ofHours(3)));
		one.held.durations.put("other", List.of(Duration.ofSeconds(1)));
		one.stop();
		long zombie = epoch() - 1;
		this.fenced.learned(zombie, Map.of("other", List.of()));
		Instance two = startHolder("two");
		await().atMost(PATIENCE).until(() -> two.held.durations.equals(one.held.durations));
		two.held.durations.put("other", List.of(Duration.ofSeconds(2)));
		two.stop();
		assertThat(this.learned.find()).containsEntry("other", List.of(Duration.ofSeconds(2))).hasSize(2);
	}

	@Test
	void numbersOfPollsAreStoredIfTheRowHasTheVersion() {
		TrackedRow one = insert("one");
		insert("other");
		long epoch = takeLease("one", Instant.now());
		List<HeldOperations.Polls> polls = List.of(new HeldOperations.Polls("one", 7, one.version()),
				new HeldOperations.Polls("other", 7, 42));
		this.fenced.count(epoch - 1, polls);
		assertThat(find("one").polled().polls()).isZero();
		this.fenced.count(epoch, polls);
		assertThat(find("one").polled().polls()).isEqualTo(7);
		assertThat(find("one").version()).isEqualTo(one.version());
		assertThat(find("other").polled().polls()).isZero();
	}

	@Test
	void aChangeThatTheDatabaseDoesNotAcceptBlocksNoOther() {
		Instance one = startHolder("one");
		insert("bad");
		insert("good");
		await().atMost(PATIENCE).until(() -> one.held.ids().size() == 2);
		TrackedRow bad = one.held.row("bad");
		this.jdbc.sql("ALTER TABLE " + this.tables.tracked() + " ADD CHECK (last_fault <> 'bad')").update();
		one.holder.changed(new TrackedChange(polled(bad, null, null), bad.deadline(), "bad", false,
				TrackedRow.Ending.NONE, bad.version()));
		one.end("good");
		await().atMost(PATIENCE).until(() -> scheduled().equals(List.of("good")));
		one.holder.changed(seen(one.held.row("bad")));
		await().atMost(PATIENCE).until(() -> find("bad").polled().lastSeen() != null);
	}

	@Test
	void whenTheDatabaseAcceptsNoChangeOfABatchFewOfThemAreTriedOneByOne() {
		Instance one = startHolder("one");
		List<Integer> sizes = new CopyOnWriteArrayList<>();
		AtomicBoolean broken = new AtomicBoolean(true);
		one.beforeWrite = (changes) -> {
			sizes.add(changes.size());
			if (broken.get()) {
				throw new DataIntegrityViolationException("bad");
			}
		};
		int number = 200;
		changeAll(one, number);
		await().atMost(PATIENCE).until(() -> Collections.frequency(sizes, number) >= 2);
		int first = sizes.indexOf(number);
		int second = first + 1 + sizes.subList(first + 1, sizes.size()).indexOf(number);
		assertThat(second - first).isLessThanOrEqualTo(40);
		broken.set(false);
		await().atMost(PATIENCE).until(() -> unseen() == 0);
		assertThat(one.held.held()).isEqualTo(number);
	}

	@Test
	void badChangesOfABatchAreFoundWithFewStatementsAndDelayNoOther() {
		Instance one = startHolder("one");
		int number = 200;
		List<String> bad = List.of("op3", "op104", "op199");
		AtomicInteger writes = new AtomicInteger();
		one.beforeWrite = (changes) -> {
			writes.incrementAndGet();
			if (changes.stream().map(TrackedChange::id).anyMatch(bad::contains)) {
				throw new DataIntegrityViolationException("bad");
			}
		};
		changeAll(one, number);
		await().atMost(PATIENCE).until(() -> unseen() == bad.size());
		// Single changes would have been as many as the operations.
		assertThat(writes).hasValueLessThan(number - 50);
		one.beforeWrite = (changes) -> {
		};
		await().atMost(PATIENCE).until(() -> {
			bad.stream().filter(one.held::has).forEach((id) -> one.holder.changed(seen(one.held.row(id))));
			return unseen() == 0;
		});
	}

	private void changeAll(Instance instance, int number) {
		List<TrackedRow> held = IntStream.range(0, number).mapToObj((i) -> insert("op" + i)).toList();
		await().atMost(PATIENCE).until(() -> instance.held.held() == number);
		held.forEach((row) -> instance.holder.changed(seen(row)));
	}

	private int unseen() {
		return count(this.tables.tracked() + " WHERE status IS NULL");
	}

	@Test
	void anInstanceTakesTheLeaseOfItsOwnClientOnly() {
		Instance one = startHolder("one");
		this.jdbc.sql("INSERT INTO " + this.tables.lease()
				+ " (task_name, task_instance, execution_time, picked, version) VALUES ('lease', 'another', :then, FALSE, :version)")
			.param("then", OffsetDateTime.now(ZoneOffset.UTC).minusSeconds(60))
			.param("version", epoch() - 1)
			.update();
		Instance two = start("two");
		await().during(LOOK.multipliedBy(10)).atMost(PATIENCE).until(() -> one.isHolding() && !two.isHolding());
		assertThat(this.jdbc.sql("SELECT picked FROM " + this.tables.lease() + " WHERE task_instance = 'another'")
			.query(Boolean.class)
			.single()).isFalse();
	}

	@Test
	void aLookThatIsRepeatedReleasesNothingThatItHasTaken() {
		Instance one = startHolder("one");
		one.beforeInbox = (consumer) -> consumer.accept(new FencedRows.Inbox(List.of(), List.of("op")));
		insert("op");
		await().atMost(PATIENCE).until(() -> one.held.taken.contains("op") && count(this.tables.inbox()) == 0);
		one.beforeInbox = (consumer) -> {
		};
		insert("other");
		await().atMost(PATIENCE).until(() -> one.held.has("other"));
		assertThat(one.held.has("op")).isTrue();
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void aFaultThatLastsIsLoggedOnce(CapturedOutput output) {
		Instance one = startHolder("one");
		insert("op");
		await().atMost(PATIENCE).until(() -> one.held.has("op"));
		AtomicInteger writes = new AtomicInteger();
		AtomicInteger looks = new AtomicInteger();
		one.beforeWrite = (changes) -> {
			writes.incrementAndGet();
			throw new IllegalStateException("no right to update");
		};
		one.beforeLook = looks::incrementAndGet;
		one.end("op");
		await().atMost(PATIENCE).until(() -> writes.get() >= 3 && looks.get() >= 10);
		assertThat(output).containsOnlyOnce("cannot store changes");
		one.beforeWrite = (changes) -> {
		};
		await().atMost(PATIENCE).until(() -> scheduled().equals(List.of("op")));
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void whenTheRowOfTheLeaseIsRemovedTheHolderCreatesItAgain(CapturedOutput output) {
		insert("op");
		Instance one = startHolder("one");
		await().atMost(PATIENCE).until(() -> one.held.has("op"));
		this.jdbc.sql("DELETE FROM " + this.tables.lease()).update();
		await().atMost(PATIENCE).until(() -> output.getOut().contains("The row of the lease is missing"));
		await().atMost(PATIENCE).until(() -> one.isHolding() && one.held.has("op"));
	}

	@Test
	void anInstanceThatDoesNotHoldTheLeaseCreatesItsRowAgain() {
		takeLease("other", Instant.now().plusSeconds(3600));
		Instance one = start("one");
		this.jdbc.sql("DELETE FROM " + this.tables.lease()).update();
		one.leases.create();
		await().atMost(PATIENCE).until(one::isHolding);
	}

	@Test
	void whatAnotherHolderHasLearnedSinceTheStartOfThisInstanceIsLearnedAtTheTakeover() {
		List<Duration> old = List.of(Duration.ofSeconds(1));
		List<Duration> recent = List.of(Duration.ofSeconds(100));
		long epoch = takeLease("other", Instant.now().plusSeconds(3600));
		this.fenced.learned(epoch, Map.of("import", old, "export", old));
		Instance one = start("one");
		one.holder.learn(this.learned.find());
		assertThat(one.held.durations).containsOnly(Map.entry("import", old), Map.entry("export", old));
		this.fenced.learned(epoch, Map.of("import", recent));
		one.held.learnedAgain.clear();
		takeLease("other", Instant.EPOCH);
		await().atMost(PATIENCE).until(() -> recent.equals(one.held.durations.get("import")));
		assertThat(one.held.learnedAgain).containsOnlyKeys("import");
		one.stop();
		assertThat(this.learned.find()).containsOnly(Map.entry("import", recent), Map.entry("export", old));
	}

	@Test
	void whatTheHolderBeforeHasLearnedIsLoadedAgainAfterAFaultAndNotOverwrittenBefore() {
		long epoch = takeLease("other", Instant.now().plusSeconds(3600));
		List<Duration> recent = List.of(Duration.ofSeconds(100));
		this.fenced.learned(epoch, Map.of("import", recent));
		Instance one = start("one");
		one.held.durations.put("import", List.of(Duration.ofSeconds(1)));
		AtomicInteger faults = new AtomicInteger();
		one.held.beforeLearning = () -> {
			if (faults.incrementAndGet() < 3) {
				throw new IllegalStateException("no right to select");
			}
		};
		takeLease("other", Instant.EPOCH);
		await().atMost(PATIENCE).until(() -> recent.equals(one.held.durations.get("import")));
		one.stop();
		assertThat(this.learned.find()).containsOnly(Map.entry("import", recent));
	}

	@Test
	void aKindThatCannotBeStoredDoesNotPreventOthers() {
		List<Duration> durations = List.of(Duration.ofSeconds(1));
		StringBuilder name = new StringBuilder();
		ThreadLocalRandom.current().ints(5000, 'a', 'z').forEach((letter) -> name.append((char) letter));
		long epoch = takeLease("one", Instant.now());
		this.fenced.learned(epoch, Map.of(name.toString(), durations, "ok", durations, "a b", durations, "a\0b",
				List.of(Duration.ofSeconds(2))));
		assertThat(this.learned.find()).containsOnly(Map.entry("ok", durations), Map.entry("a b", durations));
	}

	@Test
	void anEndWhoseCommitWasNotAnsweredIsReportedAndDelivered() {
		Instance one = startHolder("one");
		insert("op");
		await().atMost(PATIENCE).until(() -> one.held.has("op"));
		one.afterWrite = () -> {
			one.afterWrite = () -> {
			};
			throw new DataAccessResourceFailureException("The connection was lost during the commit");
		};
		one.end("op");
		await().atMost(PATIENCE).until(() -> one.ends.get() == 1);
		await().atMost(PATIENCE).until(() -> one.held.notable.equals(List.of("op ENDED")));
		assertThat(scheduled()).containsExactly("op");
		assertThat(one.held.has("op")).isFalse();
	}

	@Test
	void theLeaseIsRenewedByTheClockOfTheDatabase() {
		this.clockAhead = Duration.ofHours(1);
		Instance one = startHolder("one");
		await().atMost(PATIENCE).until(one.holder::mayPoll);
		OffsetDateTime renewed = this.jdbc.sql("SELECT last_heartbeat FROM " + this.tables.lease())
			.query(OffsetDateTime.class)
			.single();
		assertThat(Duration.between(Instant.now(), renewed.toInstant()).abs()).isLessThan(Duration.ofMinutes(1));
		this.clockAhead = Duration.ZERO;
		takeLease("dead", Instant.now());
		await().atMost(PATIENCE).until(() -> !one.isHolding());
		await().atMost(PATIENCE).until(one::isHolding);
	}

	@Test
	void aHolderThatCannotLoadNorStoreGivesTheLeaseBackAtItsStop() throws Exception {
		this.leaseDuration = Duration.ofMinutes(10);
		CountDownLatch end = new CountDownLatch(1);
		CountDownLatch loading = new CountDownLatch(1);
		CountDownLatch storing = new CountDownLatch(1);
		this.dataSource.before("SELECT t.id, t.kind", () -> {
			loading.countDown();
			pass(end);
		});
		Instance one = startHolder("one");
		pass(loading);
		insert("op");
		await().atMost(PATIENCE).until(() -> one.held.has("op"));
		one.beforeWrite = (changes) -> {
			storing.countDown();
			pass(end);
		};
		one.end("op");
		pass(storing);
		one.stop();
		assertThat(one.held.interrupted).isFalse();
		end.countDown();
		Instance two = start("two");
		await().atMost(Duration.ofSeconds(10)).until(two::isHolding);
	}

	@Test
	void largeEndsAreStoredInSmallBatchesAndMemoryIsBoundedWhileTheDatabaseIsAway() {
		Instance one = startHolder("one");
		int number = 40;
		for (int i = 0; i < number; i++) {
			insert("op" + i);
		}
		await().atMost(PATIENCE).until(() -> one.held.held() == number);
		List<Integer> batches = new CopyOnWriteArrayList<>();
		one.beforeWrite = (changes) -> batches.add(changes.size());
		String large = "x".repeat(900_000);
		this.dataSource.unavailable(true);
		for (int i = 0; i < number; i++) {
			TrackedRow row = one.held.row("op" + i);
			one.held.release(row.id());
			one.holder.changed(ended(row, Map.of("large", large)));
		}
		this.dataSource.unavailable(false);
		await().atMost(PATIENCE).until(() -> scheduled().size() + one.held.held() == number);
		assertThat(scheduled()).as("kept").hasSizeBetween(10, 25);
		assertThat(batches).allMatch((size) -> size <= 5);
		for (String id : one.held.ids()) {
			TrackedRow row = one.held.row(id);
			assertThat(row.version()).isEqualTo(find(id).version());
			one.held.release(id);
			one.holder.changed(ended(row, Map.of("large", large)));
			await().atMost(PATIENCE).until(() -> find(id).state() == TrackingState.ENDED);
		}
		assertThat(scheduled()).hasSize(number);
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void whenOperationsDoNotFitAgainThisIsLoggedAgain(CapturedOutput output) {
		this.maxHeld = 10;
		Instance one = startHolder("one");
		for (int i = 0; i < 12; i++) {
			insert("op" + i);
		}
		await().atMost(PATIENCE).until(() -> one.held.held() == 10 && one.holder.isFull());
		await().during(LOOK.multipliedBy(5)).atMost(PATIENCE).until(one.holder::isFull);
		assertThat(output).containsOnlyOnce("more open operations than operations.tracking.max-held");
		for (int i = 0; i < 8; i++) {
			await().atMost(PATIENCE).until(() -> !one.held.ids().isEmpty());
			one.end(one.held.ids().get(0));
		}
		await().atMost(PATIENCE).until(() -> output.getOut().contains("All open operations are held again"));
		assertThat(one.holder.isFull()).isFalse();
		for (int i = 0; i < 12; i++) {
			insert("more" + i);
		}
		await().atMost(PATIENCE)
			.until(() -> output.getOut().split("more open operations than operations.tracking.max-held").length == 3);
	}

	private Instant now() {
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
		await().atMost(PATIENCE).until(instance::isHolding);
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

	@Test
	void aStatusWordOfAProductKeepsItsMeaning() {
		TrackedRow row = insert("op", 1);
		Operation seen = new Operation("op", OperationStatus.RUNNING, "building", null, null, null, null, Map.of(),
				Map.of());
		assertThat(this.rows.update(new TrackedChange(polled(row, "k", seen), row.deadline(), null, false,
				TrackedRow.Ending.NONE, row.version())))
			.isTrue();
		assertThat(find("op").polled().lastSeen()).isNotNull()
			.extracting(Operation::status, Operation::statusText)
			.containsExactly(OperationStatus.RUNNING, "building");
	}

	private TrackedRow insert(String id, long version) {
		TrackedRow row = row(id, version);
		assertThat(this.rows.insert(row)).isTrue();
		return row;
	}

	protected static TrackedRow row(String id, long version) {
		Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
		return new TrackedRow(CLIENT, PolledOperation.of(PollingTarget.of(id), now), Map.of("a", "b"),
				Duration.ofHours(1), now.plusSeconds(3600), now, null, false, TrackedRow.Ending.NONE, version);
	}

	protected TrackedRow find(String id) {
		return Objects.requireNonNull(this.rows.find(id));
	}

	protected static TrackedChange seen(TrackedRow row) {
		return new TrackedChange(polled(row, "k", operation(row, "RUNNING")), row.deadline(), null, false,
				TrackedRow.Ending.NONE, row.version());
	}

	protected static TrackedChange ended(TrackedRow row) {
		return ended(row, Map.of());
	}

	private static TrackedChange ended(TrackedRow row, Map<String, Object> details) {
		Operation operation = new Operation(row.id(), OperationStatus.COMPLETED, "COMPLETED", null, null, null, null,
				Map.of(), details);
		return new TrackedChange(polled(row, "k", operation), row.deadline(), null, false,
				new TrackedRow.Ending(TrackingState.ENDED, OperationOutcome.Type.COMPLETED, Instant.now(), 0, 0, null),
				row.version());
	}

	private static Operation operation(TrackedRow row, String status) {
		return new Operation(row.id(), OperationStatus.of(status), status, null, null, null, null, Map.of(), Map.of());
	}

	private static PolledOperation polled(TrackedRow row, @Nullable String kind, @Nullable Operation seen) {
		return new PolledOperation(row.id(), kind, false, row.polled().since(), row.polled().created(), null,
				row.polled().polls() + 1, null, Map.of(), seen);
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
			assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
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
			LeaseSettings settings = new LeaseSettings(LeaseContract.this.leaseDuration, LOOK, LOOK,
					LeaseContract.this.maxHeld, 32_000_000, this::thread);
			this.holder = new LeaseHolder(CLIENT, this.held, new Hooked(),
					new RowReader(LeaseContract.this.rows, LeaseContract.this.learned, LeaseContract.this.transactions,
							calls),
					calls, settings, Schedulers.parallel(), LeaseContract.this::now, this.ends::incrementAndGet);
			Picks picks = new Picks(LeaseContract.this.own, LeaseContract.this.transactions, calls,
					LeaseContract.this.dialect.pickLease(LeaseContract.this.tables.lease()), CLIENT,
					this.holder::deadBefore, () -> Duration.ZERO);
			this.leases = new Leases(new TransactionalDataSource(LeaseContract.this.own),
					LeaseContract.this.transactions, LeaseContract.this.tables.lease(), picks, CLIENT, name,
					this.holder, settings, LeaseContract.this::now);
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
			this.holder.changed(ended(row));
		}

		void stop() {
			this.leases.stop();
		}

		/**
		 * Statements that may fail.
		 */
		private final class Hooked implements FencedRows {

			private final FencedRows target = LeaseContract.this.fenced;

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

		private final Map<String, TrackedRow> rows = new ConcurrentHashMap<>();

		final Map<String, List<Duration>> durations = new ConcurrentHashMap<>();

		private final List<String> notable = new CopyOnWriteArrayList<>();

		private final List<String> taken = new CopyOnWriteArrayList<>();

		private final Map<String, List<Duration>> learnedAgain = new ConcurrentHashMap<>();

		private volatile Runnable beforeLearning = () -> {
		};

		private volatile boolean releasedInTransaction;

		private volatile boolean interrupted;

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
		public boolean has(String id, long version) {
			return version(id) >= version;
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

		boolean has(String id) {
			return this.rows.containsKey(id);
		}

		List<String> ids() {
			return List.copyOf(this.rows.keySet());
		}

		TrackedRow row(String id) {
			return Objects.requireNonNull(this.rows.get(id));
		}

		long version(String id) {
			TrackedRow row = this.rows.get(id);
			return (row != null) ? row.version() : -1;
		}

	}

}
