package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Which instance holds the lease of a client.
 */
abstract class LeaseContract extends LeaseFixture {

	LeaseContract(DataSource database) {
		super(database);
	}

	@Test
	void whenLeaseIsFreeOneOfTwoInstancesTakesIt() {
		insert("op");
		Instance one = start("one");
		Instance two = start("two");
		await().atMost(MAX_WAIT).until(() -> one.held.has("op") || two.held.has("op"));
		await().during(Duration.ofMillis(500)).atMost(MAX_WAIT).until(() -> one.isHolding() != two.isHolding());
		assertThat(List.of(one.held.has("op"), two.held.has("op"))).containsExactlyInAnyOrder(true, false);
	}

	@Test
	void whenHolderStopsAnotherTakesLeaseAtOnce() {
		this.leaseDuration = Duration.ofMinutes(10);
		Instance one = startHolder("one");
		Instance two = start("two");
		insert("op");
		await().atMost(MAX_WAIT).until(() -> one.held.has("op"));
		one.stop();
		assertThat(one.held.ids()).isEmpty();
		await().atMost(MAX_WAIT).until(() -> two.held.has("op"));
		assertThat(two.isHolding()).isTrue();
	}

	@Test
	void whenHolderStopsRenewingAnotherTakesLease() {
		insert("op");
		long epoch = takeLease("dead", Instant.now());
		Instance two = start("two");
		await().atMost(MAX_WAIT).until(() -> two.held.has("op"));
		assertThat(epoch()).isEqualTo(epoch + 1);
	}

	@Test
	void whileHolderRenewsNobodyTakesLease() {
		Instance one = startHolder("one");
		long epoch = epoch();
		Instance two = start("two");
		await().during(this.leaseDuration.multipliedBy(3).dividedBy(2)).atMost(MAX_WAIT).until(() -> !two.isHolding());
		assertThat(epoch()).isEqualTo(epoch);
		assertThat(one.isHolding()).isTrue();
	}

	@Test
	void whenLeaseIsLostPollingStops() {
		Instance one = startHolder("one");
		insert("op");
		await().atMost(MAX_WAIT).until(() -> one.held.has("op"));
		await().atMost(MAX_WAIT).until(one.holder::mayPoll);
		takeLease("other", Instant.now().plusSeconds(60));
		await().atMost(MAX_WAIT).until(() -> !one.isHolding());
		assertThat(one.holder.mayPoll()).isFalse();
		await().atMost(MAX_WAIT).until(() -> one.held.ids().isEmpty());
	}

	@Test
	void whenThreadOfHolderFailsLeaseIsReleasedAndTaken() {
		Instance one = startHolder("one");
		insert("op");
		await().atMost(MAX_WAIT).until(() -> one.held.has("op"));
		long epoch = epoch();
		one.beforeWrite = (changes) -> {
			one.beforeWrite = (later) -> {
			};
			throw new LinkageError("broken");
		};
		one.end("op");
		await().atMost(MAX_WAIT).until(() -> one.isHolding() && one.held.has("op"));
		assertThat(epoch()).isEqualTo(epoch + 2);
		one.end("op");
		await().atMost(MAX_WAIT).until(() -> scheduled().equals(List.of("op")));
	}

	@Test
	void whenLookFailsThreadsOfThatLeaseEnd() {
		Instance one = startHolder("one");
		long epoch = epoch();
		one.beforeLook = () -> {
			one.beforeLook = () -> {
			};
			throw new LinkageError("broken");
		};
		await().atMost(MAX_WAIT).until(() -> one.isHolding() && epoch() > epoch);
		await().atMost(MAX_WAIT)
			.untilAsserted(() -> assertThat(one.threads.stream().filter(Thread::isAlive).map(Thread::getName))
				.filteredOn((name) -> name.endsWith("-flush") || name.endsWith("-load"))
				.hasSize(2));
		insert("op");
		await().atMost(MAX_WAIT).until(() -> one.held.has("op"));
		one.end("op");
		await().atMost(MAX_WAIT).until(() -> scheduled().equals(List.of("op")));
	}

	@Test
	void whenClientsDifferInstanceTakesOnlyItsOwnLease() {
		Instance one = startHolder("one");
		this.jdbc.sql("INSERT INTO " + this.tables.lease()
				+ " (task_name, task_instance, execution_time, picked, version) VALUES ('lease', 'another', :then, FALSE, :version)")
			.param("then", OffsetDateTime.now(ZoneOffset.UTC).minusSeconds(60))
			.param("version", epoch() - 1)
			.update();
		Instance two = start("two");
		await().during(LOOK.multipliedBy(10)).atMost(MAX_WAIT).until(() -> one.isHolding() && !two.isHolding());
		assertThat(this.jdbc.sql("SELECT picked FROM " + this.tables.lease() + " WHERE task_instance = 'another'")
			.query(Boolean.class)
			.single()).isFalse();
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void whenFaultLastsItIsLoggedOnce(CapturedOutput output) {
		Instance one = startHolder("one");
		insert("op");
		await().atMost(MAX_WAIT).until(() -> one.held.has("op"));
		AtomicInteger writes = new AtomicInteger();
		AtomicInteger looks = new AtomicInteger();
		one.beforeWrite = (changes) -> {
			writes.incrementAndGet();
			throw new IllegalStateException("no right to update");
		};
		one.beforeLook = looks::incrementAndGet;
		one.end("op");
		await().atMost(MAX_WAIT).until(() -> writes.get() >= 3 && looks.get() >= 10);
		assertThat(output).containsOnlyOnce("cannot store changes");
		one.beforeWrite = (changes) -> {
		};
		await().atMost(MAX_WAIT).until(() -> scheduled().equals(List.of("op")));
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void whenRowOfLeaseIsRemovedHolderCreatesIt(CapturedOutput output) {
		insert("op");
		Instance one = startHolder("one");
		await().atMost(MAX_WAIT).until(() -> one.held.has("op"));
		this.jdbc.sql("DELETE FROM " + this.tables.lease()).update();
		await().atMost(MAX_WAIT).until(() -> output.getOut().contains("The row of the lease is missing"));
		await().atMost(MAX_WAIT).until(() -> one.isHolding() && one.held.has("op"));
	}

	@Test
	void whenRowOfLeaseIsRemovedAnyInstanceCreatesIt() {
		takeLease("other", Instant.now().plusSeconds(3600));
		Instance one = start("one");
		this.jdbc.sql("DELETE FROM " + this.tables.lease()).update();
		one.leases.create();
		await().atMost(MAX_WAIT).until(one::isHolding);
	}

	@Test
	void whenClocksDifferDatabaseClockRenewsLease() {
		this.clockAhead = Duration.ofHours(1);
		Instance one = startHolder("one");
		await().atMost(MAX_WAIT).until(one.holder::mayPoll);
		OffsetDateTime renewed = this.jdbc.sql("SELECT last_heartbeat FROM " + this.tables.lease())
			.query(OffsetDateTime.class)
			.single();
		assertThat(Duration.between(Instant.now(), renewed.toInstant()).abs()).isLessThan(Duration.ofMinutes(1));
		this.clockAhead = Duration.ZERO;
		takeLease("dead", Instant.now());
		await().atMost(MAX_WAIT).until(() -> !one.isHolding());
		await().atMost(MAX_WAIT).until(one::isHolding);
	}

	@Test
	void whenHolderCannotLoadOrStoreItReleasesLeaseAtStop() throws Exception {
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
		await().atMost(MAX_WAIT).until(() -> one.held.has("op"));
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

}
