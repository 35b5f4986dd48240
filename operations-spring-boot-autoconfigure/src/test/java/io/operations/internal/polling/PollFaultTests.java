package io.operations.internal.polling;

import java.time.Duration;

import io.operations.Operation;
import io.operations.OperationNotFoundException;
import io.operations.OperationStatus;
import io.operations.OperationsListener;
import io.operations.OperationsUnavailableException;
import io.operations.TestOperations;
import io.operations.polling.ObservedRun;
import io.operations.polling.PollingSchedule;
import io.operations.polling.PollingSettings;
import io.operations.polling.PollingState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests errors of polls, of decorators and of schedules.
 */
class PollFaultTests {

	private final PollerFixture fixture = new PollerFixture();

	@Test
	void whenPollCannotStartOnlyItsWaitFails() {
		this.fixture.endpoint = (id) -> {
			if (id.equals("broken")) {
				throw new NoClassDefFoundError("gone");
			}
			return PollerFixture.answer(OperationStatus.RUNNING);
		};
		this.fixture.watch("broken");
		this.fixture.watch("op");
		this.fixture.advance(Duration.ofSeconds(5));
		assertThat(this.fixture.faults).singleElement()
			.isInstanceOfSatisfying(OperationsUnavailableException.class,
					(failure) -> assertThat(failure).hasCauseInstanceOf(NoClassDefFoundError.class));
		assertThat(this.fixture.poller.waits().size(OperationStatus.RUNNING)).isOne();
		assertThat(this.fixture.polls).hasSizeGreaterThan(3);
	}

	@Test
	void whenAllMethodsOfScheduleThrowWaitContinues() {
		this.fixture.schedule(new PollingSchedule() {

			@Override
			public Duration nextPoll(PollingState state) {
				throw new IllegalStateException("broken");
			}

			@Override
			public Duration firstPoll(PollingState state) {
				throw new IllegalStateException("broken");
			}

			@Override
			public void learn(ObservedRun run) {
				throw new IllegalStateException("broken");
			}

			@Override
			public double jitter() {
				throw new IllegalStateException("broken");
			}

			@Override
			public boolean isShortOfPolls() {
				throw new IllegalStateException("broken");
			}

			@Override
			public @Nullable Duration unusualAge(@Nullable String kind) {
				throw new IllegalStateException("broken");
			}

		});
		this.fixture.watch("op");
		this.fixture.advance(Duration.ofMinutes(2));
		assertThat(this.fixture.faults).isEmpty();
		assertThat(this.fixture.polls).hasSizeBetween(3, 6);
	}

	@Test
	void whenScheduleThrowsWaitContinues() {
		this.fixture.schedule((state) -> {
			throw new IllegalStateException("broken");
		});
		this.fixture.watch("op");
		this.fixture.advance(Duration.ofMinutes(2));
		assertThat(this.fixture.faults).isEmpty();
		assertThat(this.fixture.polls).hasSizeBetween(3, 6);
	}

	@Test
	void whenUnseenOperationIsNotFoundWaitFails() {
		this.fixture.endpoint = (id) -> Mono.error(TestOperations.fault(404));
		this.fixture.watch("op");
		this.fixture.advance(Duration.ofSeconds(1));
		assertThat(this.fixture.faults).singleElement().isInstanceOf(OperationNotFoundException.class);
		assertThat(this.fixture.poller.waits().size()).isZero();
		this.fixture.advance(PollerFixture.TIMEOUT);
		assertThat(this.fixture.polls).hasSize(1);
	}

	@Test
	void whenDecoratorThrowsWaitFails() {
		this.fixture.poller = new Poller("test", (id) -> {
			throw new IllegalStateException("broken decorator");
		}, this.fixture.admission(), (state) -> Duration.ofSeconds(1), PollingSettings.defaults(), this.fixture.time,
				new OperationsListener() {
				});
		this.fixture.watch("op");
		this.fixture.advance(Duration.ofSeconds(1));
		assertThat(this.fixture.faults).singleElement().isInstanceOf(IllegalStateException.class);
	}

	@Test
	void whenPollsCannotStartFurtherPollsLeave() {
		this.fixture.endpoint = (id) -> {
			if (id.startsWith("broken")) {
				throw new NoClassDefFoundError("gone");
			}
			return PollerFixture.answer(OperationStatus.RUNNING);
		};
		for (int i = 0; i < 40; i++) {
			this.fixture.watch("broken" + i);
		}
		this.fixture.advance(Duration.ofSeconds(1));
		assertThat(this.fixture.faults).hasSize(40);
		this.fixture.watch("op");
		this.fixture.advance(Duration.ofSeconds(1));
		assertThat(this.fixture.seen).hasSize(1);
	}

	@Test
	void whenDecoratorReturnsNothingOperationIsPolledAgain() {
		this.fixture.endpoint = (id) -> (this.fixture.polls.size() == 1) ? Mono.empty()
				: PollerFixture.answer(OperationStatus.COMPLETED);
		this.fixture.watch("op");
		this.fixture.advance(Duration.ofSeconds(5));
		assertThat(this.fixture.faults).isEmpty();
		assertThat(this.fixture.seen).singleElement()
			.extracting(Operation::status)
			.isEqualTo(OperationStatus.COMPLETED);
		assertThat(this.fixture.polls).hasSize(2);
	}

	@Test
	void whenOneOperationFailsOthersArePolledAsOften() {
		this.fixture.endpoint = (id) -> id.equals("bad") ? Mono.error(TestOperations.fault(503))
				: PollerFixture.answer(OperationStatus.RUNNING);
		this.fixture.schedule((state) -> Duration.ofSeconds(1));
		this.fixture.watch("bad");
		for (int i = 0; i < 20; i++) {
			this.fixture.watch("good" + i);
		}
		this.fixture.advance(Duration.ofSeconds(60));
		assertThat(this.fixture.polls.size()).isGreaterThan(20 * 50);
	}

}
