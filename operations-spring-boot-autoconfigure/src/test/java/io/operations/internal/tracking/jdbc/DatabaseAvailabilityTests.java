package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import io.operations.tracking.TrackingListener;
import org.junit.jupiter.api.Test;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.dao.QueryTimeoutException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class DatabaseAvailabilityTests {

	private final AtomicInteger outages = new AtomicInteger();

	private final AtomicInteger ends = new AtomicInteger();

	private final TrackingListener listener = new TrackingListener() {

		@Override
		public void storeUnavailable(Throwable fault) {
			DatabaseAvailabilityTests.this.outages.incrementAndGet();
		}

		@Override
		public void storeAvailableAgain(Duration duration) {
			DatabaseAvailabilityTests.this.ends.incrementAndGet();
		}

	};

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final DatabaseAvailability availability = new DatabaseAvailability(this.time, this.listener);

	private final DatabaseCalls calls = new DatabaseCalls(this.availability, this.listener);

	@Test
	void whenOutageWasLongItStillCountsAfterItsEnd() {
		Duration lease = Duration.ofSeconds(4);
		assertThat(this.availability.hasBeenAvailableFor(lease)).isTrue();
		failAfter(Duration.ZERO);
		assertThat(this.availability.hasBeenAvailableFor(lease)).as("unavailable").isFalse();
		this.time.advanceTimeBy(Duration.ofSeconds(1));
		succeed();
		assertThat(this.availability.hasBeenAvailableFor(lease)).as("short").isTrue();
		failAfter(Duration.ofSeconds(30));
		succeed();
		assertThat(this.availability.hasBeenAvailableFor(lease)).as("the first call waited for long").isFalse();
		this.time.advanceTimeBy(Duration.ofSeconds(2));
		failAfter(Duration.ofMillis(100));
		succeed();
		assertThat(this.availability.hasBeenAvailableFor(lease)).as("a short one after a long one").isFalse();
		this.time.advanceTimeBy(Duration.ofSeconds(6));
		assertThat(this.availability.hasBeenAvailableFor(lease)).as("the pools of others may still wait").isFalse();
		this.time.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(this.availability.hasBeenAvailableFor(lease)).isTrue();
	}

	@Test
	void whenConnectionComesLateItCountsAsOutage() {
		Duration lease = Duration.ofSeconds(4);
		connectedAfter(Duration.ofMillis(1900));
		assertThat(this.availability.hasBeenAvailableFor(lease)).as("short").isTrue();
		connectedAfter(Duration.ofSeconds(2));
		assertThat(this.availability.hasBeenAvailableFor(lease)).as("the pool retried, and the call did not fail")
			.isFalse();
		this.time.advanceTimeBy(Duration.ofSeconds(8));
		connectedAfter(Duration.ZERO);
		assertThat(this.availability.hasBeenAvailableFor(lease)).isFalse();
		this.time.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(this.availability.hasBeenAvailableFor(lease)).isTrue();
	}

	private void connectedAfter(Duration waited) {
		long began = this.availability.nanos();
		this.time.advanceTimeBy(waited);
		this.availability.connected(began);
	}

	private void failAfter(Duration waited) {
		assertThatExceptionOfType(QueryTimeoutException.class).isThrownBy(() -> this.calls.once("pick", () -> {
			this.time.advanceTimeBy(waited);
			throw new QueryTimeoutException("no answer");
		}));
	}

	private void succeed() {
		this.calls.once("save", () -> null);
	}

	@Test
	void whenConnectionsAreCutRepeatedlyOneOutageIsReported() {
		for (int i = 0; i < 72; i++) {
			fail();
			this.time.advanceTimeBy(Duration.ofMillis(100));
			succeed();
			this.time.advanceTimeBy(Duration.ofMillis(180));
		}
		assertThat(this.outages).hasValue(1);
		assertThat(this.ends).hasValue(1);
		this.time.advanceTimeBy(Duration.ofMinutes(2));
		succeed();
		assertThat(this.ends).hasValue(1);
		fail();
		succeed();
		assertThat(this.outages).hasValue(2);
		assertThat(this.ends).hasValue(2);
	}

	@Test
	void whenNextOutageBeginsSoonItIsReportedIfItLasts() {
		fail();
		succeed();
		this.time.advanceTimeBy(Duration.ofSeconds(5));
		fail();
		assertThat(this.outages).hasValue(1);
		this.time.advanceTimeBy(Duration.ofSeconds(10));
		fail();
		fail();
		assertThat(this.outages).hasValue(2);
		succeed();
		assertThat(this.ends).hasValue(2);
	}

	@Test
	void whenOutageEndsActionRunsEvenIfNotReported() {
		AtomicInteger returns = new AtomicInteger();
		this.availability.afterOutage(returns::incrementAndGet);
		for (int i = 0; i < 3; i++) {
			fail();
			assertThat(this.availability.isAvailable()).isFalse();
			succeed();
			assertThat(this.availability.isAvailable()).isTrue();
		}
		assertThat(returns).hasValue(3);
	}

	private void fail() {
		assertThatExceptionOfType(QueryTimeoutException.class).isThrownBy(() -> this.calls.once("save", () -> {
			throw new QueryTimeoutException("no answer");
		}));
	}

}
