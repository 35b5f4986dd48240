package io.operations.tracking.jdbc;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import io.operations.tracking.TrackingListener;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.UnexpectedRollbackException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class DatabaseReachTests {

	private final AtomicInteger lost = new AtomicInteger();

	private final AtomicInteger regained = new AtomicInteger();

	private final TrackingListener listener = new TrackingListener() {

		@Override
		public void storeLost(Throwable fault) {
			DatabaseReachTests.this.lost.incrementAndGet();
		}

		@Override
		public void storeRegained(Duration duration) {
			DatabaseReachTests.this.regained.incrementAndGet();
		}

	};

	private final DatabaseReach reach = new DatabaseReach(Schedulers.parallel(), this.listener);

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final DatabaseReach virtual = new DatabaseReach(this.time, this.listener);

	@Test
	void aServerThatOnlyReadsIsAwayUntilItWrites() {
		assertThat(DatabaseReach.isAway(new SQLException("cannot execute UPDATE in a read-only transaction", "25006")))
			.isTrue();
		assertThat(DatabaseReach.isAway(new SQLException("no active transaction", "25P01"))).isFalse();
	}

	@Test
	void anOutageCountsForSomeTimeAfterwardsUnlessItWasShorterThanHalfOfIt() {
		Duration lease = Duration.ofSeconds(4);
		assertThat(this.virtual.hasBeenReachedFor(lease)).isTrue();
		failAfter(Duration.ZERO);
		assertThat(this.virtual.hasBeenReachedFor(lease)).as("away").isFalse();
		this.time.advanceTimeBy(Duration.ofSeconds(1));
		reachInVirtualTime();
		assertThat(this.virtual.hasBeenReachedFor(lease)).as("short").isTrue();
		failAfter(Duration.ofSeconds(30));
		reachInVirtualTime();
		assertThat(this.virtual.hasBeenReachedFor(lease)).as("the first call waited for long").isFalse();
		this.time.advanceTimeBy(Duration.ofSeconds(2));
		failAfter(Duration.ofMillis(100));
		reachInVirtualTime();
		assertThat(this.virtual.hasBeenReachedFor(lease)).as("a short one after a long one").isFalse();
		this.time.advanceTimeBy(Duration.ofSeconds(6));
		assertThat(this.virtual.hasBeenReachedFor(lease)).as("the pools of others may still wait").isFalse();
		this.time.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(this.virtual.hasBeenReachedFor(lease)).isTrue();
	}

	// The pool retries, and the call does not fail.
	@Test
	void aCallThatReceivesItsConnectionLateWaitedForTheEndOfAnOutage() {
		Duration lease = Duration.ofSeconds(4);
		connectedAfter(Duration.ofMillis(1900));
		assertThat(this.virtual.hasBeenReachedFor(lease)).as("short").isTrue();
		connectedAfter(Duration.ofSeconds(2));
		assertThat(this.virtual.hasBeenReachedFor(lease)).isFalse();
		this.time.advanceTimeBy(Duration.ofSeconds(8));
		connectedAfter(Duration.ZERO);
		assertThat(this.virtual.hasBeenReachedFor(lease)).isFalse();
		this.time.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(this.virtual.hasBeenReachedFor(lease)).isTrue();
	}

	private void connectedAfter(Duration waited) {
		long began = this.virtual.nanos();
		this.time.advanceTimeBy(waited);
		this.virtual.connected(began);
	}

	private void failAfter(Duration waited) {
		assertThatExceptionOfType(QueryTimeoutException.class).isThrownBy(() -> this.virtual.once("pick", () -> {
			this.time.advanceTimeBy(waited);
			throw new QueryTimeoutException("away");
		}));
	}

	private void reachInVirtualTime() {
		this.virtual.once("pick", () -> null);
	}

	@Test
	void whatADeadlockUndidIsTriedAgainAndTheDatabaseIsNotLost() {
		AtomicInteger tries = new AtomicInteger();
		Integer last = this.reach.untilReached("save", () -> {
			if (tries.incrementAndGet() == 1) {
				throw new CannotAcquireLockException("deadlock", new SQLException("deadlock", "40P01"));
			}
			return tries.get();
		});
		assertThat(last).isEqualTo(2);
		assertThat(this.lost).hasValue(0);
	}

	@Test
	void commitThatFailsIsAConnectionThatIsLostUnlessTheTransactionWasOnlyRolledBack() {
		assertThat(DatabaseReach
			.isAway(new TransactionSystemException("JDBC rollback failed", new SQLException("Connection is closed"))))
			.isTrue();
		assertThat(DatabaseReach.isAway(new SQLException("Connection is closed"))).isTrue();
		assertThat(DatabaseReach.isAway(new UnexpectedRollbackException("marked as rollback-only"))).isFalse();
		assertThat(DatabaseReach
			.isAway(new TransactionSystemException("JDBC commit failed", new SQLException("duplicate key", "23505"))))
			.isFalse();
		assertThat(DatabaseReach.isAway(new TransactionSystemException("Could not commit JPA transaction",
				new IllegalStateException("not valid"))))
			.isFalse();
	}

	@Test
	void connectionsThatAreCutAgainAndAgainAreOneEpisode() {
		for (int i = 0; i < 72; i++) {
			fail();
			this.time.advanceTimeBy(Duration.ofMillis(100));
			succeed();
			this.time.advanceTimeBy(Duration.ofMillis(180));
		}
		assertThat(this.lost).hasValue(1);
		assertThat(this.regained).hasValue(1);
		this.time.advanceTimeBy(Duration.ofMinutes(2));
		succeed();
		assertThat(this.regained).hasValue(1);
		fail();
		succeed();
		assertThat(this.lost).hasValue(2);
		assertThat(this.regained).hasValue(2);
	}

	@Test
	void outageSoonAfterAnotherIsReportedWhenItLasts() {
		fail();
		succeed();
		this.time.advanceTimeBy(Duration.ofSeconds(5));
		fail();
		assertThat(this.lost).hasValue(1);
		this.time.advanceTimeBy(Duration.ofSeconds(10));
		fail();
		fail();
		assertThat(this.lost).hasValue(2);
		succeed();
		assertThat(this.regained).hasValue(2);
	}

	@Test
	void actionAfterEachReturnOfTheDatabaseRunsWhetherItIsReportedOrNot() {
		AtomicInteger returns = new AtomicInteger();
		this.virtual.onRegained(returns::incrementAndGet);
		for (int i = 0; i < 3; i++) {
			fail();
			assertThat(this.virtual.isLost()).isTrue();
			succeed();
			assertThat(this.virtual.isLost()).isFalse();
		}
		assertThat(returns).hasValue(3);
	}

	private void fail() {
		assertThatExceptionOfType(QueryTimeoutException.class).isThrownBy(() -> this.virtual.once("save", () -> {
			throw new QueryTimeoutException("no answer");
		}));
	}

	private void succeed() {
		this.virtual.once("save", () -> null);
	}

}
