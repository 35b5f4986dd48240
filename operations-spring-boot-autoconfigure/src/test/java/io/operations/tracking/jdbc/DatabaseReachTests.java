package io.operations.tracking.jdbc;

import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;

import io.operations.tracking.TrackingListener;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;

import org.springframework.dao.CannotAcquireLockException;

import static org.assertj.core.api.Assertions.assertThat;

class DatabaseReachTests {

	private final AtomicInteger lost = new AtomicInteger();

	private final DatabaseReach reach = new DatabaseReach(Schedulers.parallel(), new TrackingListener() {

		@Override
		public void storeLost(Throwable fault) {
			DatabaseReachTests.this.lost.incrementAndGet();
		}

	});

	@Test
	void aServerThatOnlyReadsIsAwayUntilItWrites() {
		assertThat(DatabaseReach.isAway(new SQLException("cannot execute UPDATE in a read-only transaction", "25006")))
			.isTrue();
		assertThat(DatabaseReach.isAway(new SQLException("no active transaction", "25P01"))).isFalse();
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

}
