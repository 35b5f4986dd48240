package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import javax.sql.DataSource;

import io.operations.internal.tracking.TrackedRow;
import io.operations.tracking.TrackingState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The holder of a lease finds every operation that was committed.
 */
abstract class LeaseInboxContract extends LeaseFixture {

	LeaseInboxContract(DataSource database) {
		super(database);
	}

	@Test
	void whenCommitsAreReorderedAllOperationsAreFound() throws Exception {
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
		await().atMost(MAX_WAIT).until(() -> one.held.has("last"));
		assertThat(one.held.ids()).containsExactly("last");
		Collections.shuffle(order);
		for (int i : order) {
			commits.get(i).countDown();
			writers.get(i).get(20, TimeUnit.SECONDS);
			await().atMost(MAX_WAIT).until(() -> one.held.has("op" + i));
		}
		assertThat(one.held.ids()).hasSize(number + 1);
		await().atMost(MAX_WAIT).until(() -> count(this.tables.inbox()) == 0);
	}

	@Test
	void whenOperationIsTrackedAgainNewVersionIsHeld() {
		Instance one = startHolder("one");
		TrackedRow first = insert("op");
		insert("other");
		await().atMost(MAX_WAIT).until(() -> one.held.ids().size() == 2);
		this.transaction.executeWithoutResult((status) -> {
			this.rows.delete("op");
			status.setRollbackOnly();
		});
		this.rows.delete("other");
		await().atMost(MAX_WAIT).until(() -> !one.held.has("other"));
		assertThat(one.held.releasedInTransaction).isFalse();
		assertThat(one.held.has("op")).as("rolled back").isTrue();
		this.rows.delete("op");
		TrackedRow second = insert("op", first.version() + 1000);
		await().atMost(MAX_WAIT).until(() -> one.held.version("op") == second.version());
	}

	@Test
	void whenLookCannotCommitNoOperationIsLost() {
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
	void whenOperationIsNewItKeepsTimeOfFirstPoll() {
		long epoch = takeLease("one", Instant.now());
		Instant due = Instant.now().plusSeconds(42).truncatedTo(ChronoUnit.MILLIS);
		this.rows.insert(TestRows.row("op", 1).due(due), true);
		List<TrackedRow> found = new ArrayList<>();
		this.fenced.look(epoch, 10, (inbox) -> found.addAll(inbox.open()));
		assertThat(found).singleElement().satisfies((row) -> assertThat(row.due()).isEqualTo(due));
	}

	@Test
	void whenThereAreManyOpenOperationsPagesAreLoaded() {
		for (int i = 0; i < 2500; i++) {
			insert("op" + i);
		}
		this.jdbc.sql("DELETE FROM " + this.tables.inbox()).update();
		long epoch = takeLease("one", Instant.now());
		this.fenced.write(epoch, List.of(TestRows.ended(find("op7"))), Instant.now());
		this.maxHeld = 10_000;
		Instance two = start("two");
		await().atMost(MAX_WAIT).until(() -> two.held.ids().size() == 2499);
		assertThat(two.held.has("op7")).isFalse();
		TrackedRow loaded = two.held.row("op8");
		assertThat(loaded.deadline()).isEqualTo(find("op8").deadline());
		assertThat(loaded.version()).isEqualTo(find("op8").version());
	}

	@Test
	void whenLeaseIsTakenUnseenOperationIsStillNew() {
		for (int i = 0; i < 10; i++) {
			insert("old" + i);
		}
		this.jdbc.sql("DELETE FROM " + this.tables.inbox()).update();
		insert("new");
		Instance one = startHolder("one");
		await().atMost(MAX_WAIT).until(() -> one.held.held() == 11);
		assertThat(one.held.taken).containsExactly("new");
	}

	@Test
	void whenMemoryIsFullOperationsAreTakenAsOthersEnd() {
		this.maxHeld = 3;
		Instance one = startHolder("one");
		for (int i = 0; i < 9; i++) {
			insert("op" + i);
		}
		List<String> all = new ArrayList<>();
		for (int i = 0; i < 9; i++) {
			await().atMost(MAX_WAIT).until(() -> !one.held.ids().isEmpty());
			assertThat(one.held.held()).isLessThanOrEqualTo(3);
			String id = one.held.ids().get(0);
			all.add(id);
			one.end(id);
		}
		assertThat(all).hasSize(9).doesNotHaveDuplicates();
		await().atMost(MAX_WAIT).until(() -> scheduled().size() == 9);
	}

	@Test
	void whenOperationEndsWhilePageIsReadItIsNotHeldAgain() {
		insert("op");
		Instance one = start("one");
		AtomicBoolean ended = new AtomicBoolean();
		one.afterLoad = () -> {
			if (one.held.has("op")) {
				one.afterLoad = () -> {
				};
				one.end("op");
				await().atMost(MAX_WAIT).until(() -> find("op").state() == TrackingState.ENDED);
				await().atMost(MAX_WAIT).until(() -> !one.holder.hasUnwritten("op"));
				ended.set(true);
			}
		};
		await().atMost(MAX_WAIT).untilTrue(ended);
		insert("other");
		await().atMost(MAX_WAIT).until(() -> one.held.has("other"));
		await().during(LOOK).atMost(MAX_WAIT).until(() -> !one.held.has("op"));
	}

	@Test
	void whenCapacityBecomesFreeItIsUsedAtOnce() {
		this.maxHeld = 100;
		Instance one = startHolder("one");
		for (int i = 100; i < 210; i++) {
			insert("op" + i);
		}
		await().atMost(MAX_WAIT).until(() -> one.held.held() == 100);
		List<String> before = one.held.ids();
		await().during(LOOK.multipliedBy(3)).atMost(MAX_WAIT).until(() -> one.held.held() == 100);
		one.end(before.stream().max(String::compareTo).orElseThrow());
		await().atMost(Duration.ofSeconds(2)).until(() -> one.held.held() == 100);
	}

	@Test
	void whenLookIsRepeatedItReleasesNothingItHolds() {
		Instance one = startHolder("one");
		one.beforeInbox = (consumer) -> consumer.accept(new FencedRows.Inbox(List.of(), List.of("op")));
		insert("op");
		await().atMost(MAX_WAIT).until(() -> one.held.taken.contains("op") && count(this.tables.inbox()) == 0);
		one.beforeInbox = (consumer) -> {
		};
		insert("other");
		await().atMost(MAX_WAIT).until(() -> one.held.has("other"));
		assertThat(one.held.has("op")).isTrue();
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void whenMemoryIsFullAgainThisIsLoggedAgain(CapturedOutput output) {
		this.maxHeld = 10;
		Instance one = startHolder("one");
		for (int i = 0; i < 12; i++) {
			insert("op" + i);
		}
		await().atMost(MAX_WAIT).until(() -> one.held.held() == 10 && one.holder.isFull());
		await().during(LOOK.multipliedBy(5)).atMost(MAX_WAIT).until(one.holder::isFull);
		assertThat(output).containsOnlyOnce("more open operations than operations.tracking.max-held");
		for (int i = 0; i < 8; i++) {
			await().atMost(MAX_WAIT).until(() -> !one.held.ids().isEmpty());
			one.end(one.held.ids().get(0));
		}
		await().atMost(MAX_WAIT).until(() -> output.getOut().contains("All open operations are held again"));
		assertThat(one.holder.isFull()).isFalse();
		for (int i = 0; i < 12; i++) {
			insert("more" + i);
		}
		await().atMost(MAX_WAIT)
			.until(() -> output.getOut().split("more open operations than operations.tracking.max-held").length == 3);
	}

}
