package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import com.github.kagkarlsson.scheduler.task.Execution;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

class LeaseTests {

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final Lease lease = new Lease(7, Duration.ofSeconds(4), this.time);

	LeaseTests() {
		this.time.schedulePeriodically(this.lease::tick, this.lease.tickMillis(), this.lease.tickMillis(),
				TimeUnit.MILLISECONDS);
	}

	@Test
	void whenLeaseIsOfOtherClientItIsRefused() {
		LeaseTask task = new LeaseTask("operations", (epoch) -> true, Instant::now);
		Execution execution = new Execution(Instant.EPOCH, new TaskInstance<>(LeaseTask.NAME, "another"));
		ExecutionContext context = mock(ExecutionContext.class);
		given(context.getExecution()).willReturn(execution);
		assertThatIllegalStateException()
			.isThrownBy(() -> task.execute(new TaskInstance<>(LeaseTask.NAME, "another"), context))
			.withMessageContaining("another");
	}

	@Test
	void whenLeaseIsNotConfirmedNoPollLeaves() {
		assertThat(this.lease.mayPoll()).isFalse();
		this.lease.confirmed(this.lease.monotonic());
		assertThat(this.lease.mayPoll()).isTrue();
	}

	@Test
	void whileTheDatabaseConfirmsNothingPollsGoOn() {
		this.lease.confirmed(this.lease.monotonic());
		this.time.advanceTimeBy(Duration.ofMinutes(10));
		assertThat(this.lease.mayPoll()).isTrue();
	}

	@Test
	void afterThatTheLeaseIsLostNoPollLeaves() {
		this.lease.confirmed(this.lease.monotonic());
		this.lease.lose();
		assertThat(this.lease.mayPoll()).isFalse();
	}

	@Test
	void whenProcessWasSuspendedNoPollLeavesUnconfirmed() {
		VirtualTimeScheduler clock = VirtualTimeScheduler.create();
		Lease suspended = new Lease(7, Duration.ofSeconds(4), clock);
		long before = suspended.monotonic();
		clock.advanceTimeBy(Duration.ofMillis(2001));
		assertThat(suspended.mayPoll()).as("before the first tick").isFalse();
		suspended.confirmed(before);
		suspended.tick();
		assertThat(suspended.mayPoll()).isFalse();
		suspended.confirmed(before);
		assertThat(suspended.mayPoll()).as("confirmed before it was suspended").isFalse();
		suspended.confirmed(suspended.monotonic());
		assertThat(suspended.mayPoll()).isTrue();
	}

	@Test
	void whileAThreadNotesThatTheProcessWasSuspendedNoPollLeaves() {
		AtomicReference<@Nullable Runnable> meanwhile = new AtomicReference<>();
		Lease suspended = new Lease(7, Duration.ofSeconds(4), new Scheduler() {

			@Override
			public long now(TimeUnit unit) {
				long now = LeaseTests.this.time.now(unit);
				Runnable other = meanwhile.getAndSet(null);
				if (other != null) {
					other.run();
				}
				return now;
			}

			@Override
			public Disposable schedule(Runnable task) {
				throw new UnsupportedOperationException();
			}

			@Override
			public Worker createWorker() {
				throw new UnsupportedOperationException();
			}

		});
		suspended.confirmed(suspended.monotonic());
		this.time.advanceTimeBy(Duration.ofMinutes(1));
		meanwhile.set(suspended::tick);
		assertThat(suspended.mayPoll()).isFalse();
	}

}
