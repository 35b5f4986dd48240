package io.operations.internal.tracking.jdbc;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.operations.tracking.TrackingListener;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;

import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.QueryTimeoutException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class DatabaseCallsTests {

	private final AtomicInteger outages = new AtomicInteger();

	private final List<String> names = new CopyOnWriteArrayList<>();

	private final TrackingListener listener = new TrackingListener() {

		@Override
		public void storeUnavailable(Throwable fault) {
			DatabaseCallsTests.this.outages.incrementAndGet();
		}

		@Override
		public void stored(String call, Duration duration, @Nullable Throwable fault) {
			DatabaseCallsTests.this.names.add((fault != null) ? call + " failed" : call);
		}

	};

	private final DatabaseAvailability availability = new DatabaseAvailability(Schedulers.parallel(), this.listener);

	private final DatabaseCalls calls = new DatabaseCalls(this.availability, this.listener);

	@Test
	void whenDeadlockIsBrokenCallIsRetried() {
		AtomicInteger tries = new AtomicInteger();
		Integer last = this.calls.untilAvailable("save", () -> {
			if (tries.incrementAndGet() == 1) {
				throw new CannotAcquireLockException("deadlock", new SQLException("deadlock", "40P01"));
			}
			return tries.get();
		});
		assertThat(last).isEqualTo(2);
		assertThat(this.outages).hasValue(0);
		assertThat(this.names).containsExactly("save failed", "save");
	}

	@Test
	void whenCallFailsForOtherReasonItIsNotRetried() {
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> this.calls.untilAvailable("save", () -> {
				throw new IllegalStateException("no fault of the database");
			}));
		assertThat(this.names).containsExactly("save failed");
		assertThat(this.availability.isAvailable()).isTrue();
	}

	@Test
	void whenStoreStopsDuringOutageRepeatedCallEnds() {
		QueryTimeoutException fault = new QueryTimeoutException("no answer");
		assertThat(this.calls.isExpectedAtStop(fault)).as("running").isFalse();
		this.calls.stop();
		assertThatExceptionOfType(QueryTimeoutException.class)
			.isThrownBy(() -> this.calls.untilAvailable("save", () -> {
				throw fault;
			}));
		assertThat(this.outages).hasValue(1);
		assertThat(this.calls.isExpectedAtStop(fault)).isTrue();
		assertThat(this.calls.isExpectedAtStop(new IllegalStateException())).isFalse();
		this.calls.start();
		assertThat(this.calls.isExpectedAtStop(fault)).as("started again").isFalse();
	}

}
