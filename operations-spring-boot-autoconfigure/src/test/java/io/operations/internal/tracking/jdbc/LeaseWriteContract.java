package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import javax.sql.DataSource;

import io.operations.Operation;
import io.operations.OperationStatus;
import io.operations.internal.tracking.HeldOperations;
import io.operations.internal.tracking.TrackedChange;
import io.operations.internal.tracking.TrackedRow;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.TrackingState;
import org.junit.jupiter.api.Test;

import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Only the holder of a lease stores the results of polls.
 */
abstract class LeaseWriteContract extends LeaseFixture {

	LeaseWriteContract(DataSource database) {
		super(database);
	}

	@Test
	void whenLeaseIsLostUnnoticedWriteIsRefused() {
		TrackedRow row = insert("op");
		long epoch = takeLease("one", Instant.now());
		takeLease("two", Instant.now());
		assertThat(this.fenced.write(epoch, List.of(TestRows.ended(row)), Instant.now())).isNull();
		assertThat(find("op").state()).isEqualTo(TrackingState.TRACKED);
		assertThat(find("op").version()).isEqualTo(row.version());
		assertThat(scheduled()).isEmpty();
		assertThat(look(epoch)).isNull();
		assertThat(count(this.tables.inbox())).as("left to the holder").isEqualTo(1);
	}

	@Test
	void whenHolderWritesEndItIsStoredAndScheduled() {
		TrackedRow one = insert("one");
		TrackedRow two = insert("two");
		long epoch = takeLease("one", Instant.now());
		FencedRows.Written written = this.fenced.write(epoch, List.of(TestRows.ended(one), TestRows.seen(two)),
				Instant.now());
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
	void whenChangeHasNoOperationLastSeenOneIsKept() {
		TrackedRow row = insert("op");
		long epoch = takeLease("one", Instant.now());
		this.fenced.write(epoch, List.of(TestRows.seen(row)), Instant.now());
		TrackedRow seen = find("op");
		TrackedChange failed = new TrackedChange(TestRows.polled(row, null, null), row.deadline(), "fault", true,
				TrackedRow.Ending.NONE, seen.version());
		this.fenced.write(epoch, List.of(failed), Instant.now());
		TrackedRow after = find("op");
		assertThat(after.lastFault()).isEqualTo("fault");
		assertThat(after.stuck()).isTrue();
		assertThat(after.polled().lastSeen()).isEqualTo(seen.polled().lastSeen());
		assertThat(after.polled().kind()).isEqualTo("k");
	}

	@Test
	void whenCallerChangedRowOnlyItsChangeIsRefused() {
		TrackedRow changed = insert("changed");
		TrackedRow removed = insert("removed");
		TrackedRow other = insert("other");
		this.rows.update(changed);
		this.rows.delete("removed");
		long epoch = takeLease("one", Instant.now());
		FencedRows.Written written = this.fenced.write(epoch,
				List.of(TestRows.ended(changed), TestRows.ended(removed), TestRows.ended(other)), Instant.now());
		assertThat(Objects.requireNonNull(written).refused()).containsExactlyInAnyOrder("changed", "removed");
		assertThat(written.stored()).containsOnlyKeys("other");
		assertThat(scheduled()).containsExactly("other");
	}

	@Test
	void whenCallerLocksRowOtherRowsAreStored() {
		TrackedRow locked = insert("locked");
		TrackedRow other = insert("other");
		long epoch = takeLease("one", Instant.now());
		this.transaction.executeWithoutResult((status) -> {
			this.rows.delete("locked");
			FencedRows.Written written = onAnotherThread(() -> this.fenced.write(epoch,
					List.of(TestRows.ended(locked), TestRows.ended(other)), Instant.now()));
			assertThat(Objects.requireNonNull(written).stored()).containsOnlyKeys("other");
			assertThat(written.refused()).isEmpty();
			status.setRollbackOnly();
		});
		FencedRows.Written written = this.fenced.write(epoch, List.of(TestRows.ended(locked)), Instant.now());
		assertThat(Objects.requireNonNull(written).stored()).containsOnlyKeys("locked");
	}

	@Test
	void whenOutageBeginsInSearchForBadChangeNoneIsLost() {
		Instance one = startHolder("one");
		insert("bad");
		insert("good");
		await().atMost(MAX_WAIT).until(() -> one.held.ids().size() == 2);
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
		one.holder.changed(TestRows.seen(one.held.row("bad")));
		one.end("good");
		await().atMost(MAX_WAIT).until(together::get);
		int refused = this.dataSource.refused();
		await().atMost(MAX_WAIT).until(() -> this.dataSource.refused() > refused + 2);
		one.beforeWrite = (changes) -> {
		};
		this.dataSource.unavailable(false);
		await().atMost(MAX_WAIT).until(() -> scheduled().equals(List.of("good")));
		await().atMost(MAX_WAIT).until(() -> one.held.has("bad"));
		one.holder.changed(TestRows.seen(one.held.row("bad")));
		await().atMost(MAX_WAIT).until(() -> find("bad").polled().lastSeen() != null);
	}

	@Test
	void whenOutageEndsLastStateOfEachOperationIsStored() {
		this.leaseDuration = Duration.ofSeconds(2);
		Instance one = startHolder("one");
		Instance two = start("two");
		insert("op");
		insert("other");
		await().atMost(MAX_WAIT).until(() -> one.held.ids().size() == 2);
		long epoch = epoch();
		this.dataSource.unavailable(true);
		int refused = this.dataSource.refused();
		await().atMost(MAX_WAIT).until(() -> this.dataSource.refused() > refused + 2);
		for (int i = 0; i < 5; i++) {
			one.holder.changed(TestRows.seen(one.held.row("other")));
		}
		one.end("op");
		await().during(this.leaseDuration.multipliedBy(5).dividedBy(4)).atMost(MAX_WAIT).until(one.holder::mayPoll);
		assertThat(one.held.has("other")).isTrue();
		this.dataSource.unavailable(false);
		await().atMost(Duration.ofSeconds(3)).until(() -> scheduled().equals(List.of("op")));
		await().atMost(MAX_WAIT).until(() -> find("other").polled().lastSeen() != null);
		assertThat(find("other").version()).isEqualTo(one.held.version("other"));
		assertThat(epoch()).as("nobody took a lease that ran out only because the database was away").isEqualTo(epoch);
		assertThat(two.isHolding()).isFalse();
	}

	@Test
	void whenOperationTrackedAgainHasEndedItIsNotHeldAgain() {
		Instance one = startHolder("one");
		TrackedRow first = insert("op");
		await().atMost(MAX_WAIT).until(() -> one.held.has("op"));
		this.transaction.executeWithoutResult((status) -> {
			this.rows.delete("op");
			insert("op", first.version() + 5);
		});
		await().atMost(MAX_WAIT).until(() -> one.held.version("op") > first.version());
		// Ends before the refused change of the earlier row is noticed.
		AtomicBoolean once = new AtomicBoolean(true);
		one.afterWrite = () -> {
			if (once.getAndSet(false)) {
				one.end("op");
			}
		};
		one.holder.changed(TestRows.seen(first));
		await().atMost(MAX_WAIT).until(() -> scheduled().equals(List.of("op")));
		assertThat(one.held.ids()).isEmpty();
	}

	@Test
	void whenHolderStopsPendingChangesAreStored() {
		Instance one = startHolder("one");
		insert("op");
		await().atMost(MAX_WAIT).until(() -> one.held.has("op"));
		one.holder.changed(TestRows.seen(one.held.row("op")));
		one.stop();
		assertThat(find("op").polled().lastSeen()).isNotNull();
	}

	@Test
	void whenOperationIsStuckListenerIsNotifiedOnce() {
		Instance one = startHolder("one");
		insert("ends");
		insert("hangs");
		await().atMost(MAX_WAIT).until(() -> one.held.ids().size() == 2);
		one.end("ends");
		for (int i = 0; i < 2; i++) {
			TrackedRow row = one.held.row("hangs");
			one.holder.changed(new TrackedChange(TestRows.polled(row, null, null), row.deadline(), null, true,
					TrackedRow.Ending.NONE, row.version()));
			await().atMost(MAX_WAIT).until(() -> one.held.version("hangs") > row.version());
		}
		await().atMost(MAX_WAIT).until(() -> one.held.notable.size() >= 2);
		assertThat(one.held.notable).containsExactlyInAnyOrder("ends ENDED", "hangs TRACKED stuck");
	}

	@Test
	void whenRowHasOtherVersionNumberOfPollsIsNotStored() {
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
	void whenDatabaseRejectsChangeOthersAreStored() {
		Instance one = startHolder("one");
		insert("bad");
		insert("good");
		await().atMost(MAX_WAIT).until(() -> one.held.ids().size() == 2);
		TrackedRow bad = one.held.row("bad");
		this.jdbc.sql("ALTER TABLE " + this.tables.tracked() + " ADD CHECK (last_fault <> 'bad')").update();
		one.holder.changed(new TrackedChange(TestRows.polled(bad, null, null), bad.deadline(), "bad", false,
				TrackedRow.Ending.NONE, bad.version()));
		one.end("good");
		await().atMost(MAX_WAIT).until(() -> scheduled().equals(List.of("good")));
		// A change of the version that the database rejects is rejected with it.
		await().atMost(MAX_WAIT).until(() -> !one.holder.hasUnwritten("bad"));
		one.holder.changed(TestRows.seen(one.held.row("bad")));
		await().atMost(MAX_WAIT).until(() -> find("bad").polled().lastSeen() != null);
	}

	@Test
	void whenDatabaseRejectsBatchFewChangesAreTriedSingly() {
		Instance one = startHolder("one");
		List<Integer> sizes = new CopyOnWriteArrayList<>();
		int number = 200;
		// The database accepts the second batch with all changes. If it accepted the rest
		// of a batch, the library would take the first changes of that batch for bad.
		one.beforeWrite = (changes) -> {
			sizes.add(changes.size());
			if (Collections.frequency(sizes, number) < 2) {
				throw new DataIntegrityViolationException("bad");
			}
		};
		changeAll(one, number);
		await().atMost(MAX_WAIT).until(() -> unseen() == 0);
		int first = sizes.indexOf(number);
		int second = first + 1 + sizes.subList(first + 1, sizes.size()).indexOf(number);
		assertThat(second - first).isLessThanOrEqualTo(40);
		assertThat(one.held.held()).isEqualTo(number);
	}

	@Test
	void whenBatchHasBadChangesFewStatementsFindThem() {
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
		await().atMost(MAX_WAIT).until(() -> unseen() == bad.size());
		// Single changes would have been as many as the operations.
		assertThat(writes).hasValueLessThan(number - 50);
		one.beforeWrite = (changes) -> {
		};
		await().atMost(MAX_WAIT).until(() -> {
			bad.stream().filter(one.held::has).forEach((id) -> one.holder.changed(TestRows.seen(one.held.row(id))));
			return unseen() == 0;
		});
	}

	private void changeAll(Instance instance, int number) {
		List<TrackedRow> held = IntStream.range(0, number).mapToObj((i) -> insert("op" + i)).toList();
		await().atMost(MAX_WAIT).until(() -> instance.held.held() == number);
		held.forEach((row) -> instance.holder.changed(TestRows.seen(row)));
	}

	private int unseen() {
		return count(this.tables.tracked() + " WHERE status IS NULL");
	}

	@Test
	void whenCommitOfEndIsNotAnsweredItIsDelivered() {
		Instance one = startHolder("one");
		insert("op");
		await().atMost(MAX_WAIT).until(() -> one.held.has("op"));
		one.afterWrite = () -> {
			one.afterWrite = () -> {
			};
			throw new DataAccessResourceFailureException("The connection was lost during the commit");
		};
		one.end("op");
		await().atMost(MAX_WAIT).until(() -> one.ends.get() == 1);
		await().atMost(MAX_WAIT).until(() -> one.held.notable.equals(List.of("op ENDED")));
		assertThat(scheduled()).containsExactly("op");
		assertThat(one.held.has("op")).isFalse();
	}

	@Test
	void whenOutageLastsMemoryForLargeEndsIsBounded() {
		Instance one = startHolder("one");
		int number = 40;
		for (int i = 0; i < number; i++) {
			insert("op" + i);
		}
		await().atMost(MAX_WAIT).until(() -> one.held.held() == number);
		List<Integer> batches = new CopyOnWriteArrayList<>();
		one.beforeWrite = (changes) -> batches.add(changes.size());
		String large = "x".repeat(900_000);
		this.dataSource.unavailable(true);
		for (int i = 0; i < number; i++) {
			TrackedRow row = one.held.row("op" + i);
			one.held.release(row.id());
			one.holder.changed(TestRows.ended(row, Map.of("large", large)));
		}
		this.dataSource.unavailable(false);
		await().atMost(MAX_WAIT).until(() -> scheduled().size() + one.held.held() == number);
		assertThat(scheduled()).as("kept").hasSizeBetween(10, 25);
		assertThat(batches).allMatch((size) -> size <= 5);
		for (String id : one.held.ids()) {
			TrackedRow row = one.held.row(id);
			assertThat(row.version()).isEqualTo(find(id).version());
			one.held.release(id);
			one.holder.changed(TestRows.ended(row, Map.of("large", large)));
			await().atMost(MAX_WAIT).until(() -> find(id).state() == TrackingState.ENDED);
		}
		assertThat(scheduled()).hasSize(number);
	}

	@Test
	void whenProductHasOwnStatusItKeepsItsMeaning() {
		TrackedRow row = insert("op", 1);
		Operation seen = new Operation("op", OperationStatus.RUNNING, "building", null, null, null, null, Map.of(),
				Map.of());
		assertThat(this.rows.update(new TrackedChange(TestRows.polled(row, "k", seen), row.deadline(), null, false,
				TrackedRow.Ending.NONE, row.version())))
			.isTrue();
		assertThat(find("op").polled().lastSeen()).isNotNull()
			.extracting(Operation::status, Operation::statusText)
			.containsExactly(OperationStatus.RUNNING, "building");
	}

}
