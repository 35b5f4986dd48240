package io.operations.internal.polling;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.operations.AcceptedOperation;
import io.operations.Operation;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.polling.ObservedRun;
import io.operations.polling.PollingSchedule;
import io.operations.polling.PollingState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests what the schedule learns from polls.
 */
class ObservedRunTests {

	private final PollerFixture fixture = new PollerFixture();

	@Test
	void whenNoKindIsGivenKeysOfRelatedIdsAreTheKind() {
		List<ObservedRun> runs = new ArrayList<>();
		this.fixture.endpoint = (id) -> Mono.just(new OperationSnapshot(operation(id, this.fixture.polls.size() == 3),
				null, Instant.ofEpochSecond(1000)));
		this.fixture.schedule(learning(runs));
		this.fixture.poller
			.await(PollingTarget.of(new AcceptedOperation("op", null, null, Map.of())), PollerFixture.TIMEOUT)
			.subscribe();
		this.fixture.advance(Duration.ofMinutes(1));
		assertThat(runs).hasSize(3).allMatch((run) -> "configurationId".equals(run.kind()));
		assertThat(runs.get(0).from()).isZero();
		assertThat(runs.get(1).from()).isEqualTo(runs.get(0).to());
		assertThat(runs.get(2).ended()).isTrue();
		assertThat(runs.get(2).to()).isEqualTo(Duration.ofSeconds(5));
	}

	private static Operation operation(String id, boolean ended) {
		OperationStatus status = ended ? OperationStatus.COMPLETED : OperationStatus.RUNNING;
		return new Operation(id, status, status.name(), Instant.ofEpochSecond(1000),
				ended ? Instant.ofEpochSecond(1005) : null, null, null, Map.of("configurationId", "cfg"), Map.of());
	}

	@Test
	void whenOperationRunsAlreadyItsRunBeginsAtItsAge() {
		List<ObservedRun> runs = new ArrayList<>();
		this.fixture.endpoint = (id) -> Mono.just(new OperationSnapshot(operation(id, false), null,
				Instant.ofEpochSecond(1000 + 3600).plusMillis(this.fixture.time.now(TimeUnit.MILLISECONDS))));
		this.fixture.schedule(learning(runs));
		this.fixture.watch("op");
		this.fixture.advance(Duration.ofSeconds(1));
		assertThat(runs).singleElement().satisfies((run) -> {
			assertThat(run.from()).isBetween(Duration.ofSeconds(3598), Duration.ofSeconds(3600));
			assertThat(run.ended()).isFalse();
		});
	}

	@Test
	void whenOperationIsCancelledNoEndIsLearned() {
		List<ObservedRun> runs = new ArrayList<>();
		this.fixture.endpoint = (id) -> PollerFixture
			.answer((this.fixture.polls.size() < 3) ? OperationStatus.RUNNING : OperationStatus.CANCELLED);
		this.fixture.schedule(learning(runs));
		this.fixture.watch("op");
		this.fixture.advance(Duration.ofMinutes(1));
		assertThat(this.fixture.polls).hasSize(3);
		assertThat(runs).isNotEmpty().noneMatch(ObservedRun::ended);
	}

	@Test
	void whenEndTimeIsMissingMiddleOfLastPollsIsLearned() {
		List<ObservedRun> runs = new ArrayList<>();
		this.fixture.endpoint = (id) -> PollerFixture
			.answer((this.fixture.polls.size() < 3) ? OperationStatus.RUNNING : OperationStatus.COMPLETED);
		this.fixture.schedule(learning(runs));
		this.fixture.poller.watch(new PollingTarget("op", null, null, true), PollerFixture.TIMEOUT).subscribe();
		this.fixture.advance(Duration.ofMinutes(1));
		ObservedRun end = runs.get(runs.size() - 1);
		assertThat(end.ended()).isTrue();
		assertThat(end.from()).hasMillis(this.fixture.polls.get(1));
		assertThat(end.to()).hasMillis((this.fixture.polls.get(1) + this.fixture.polls.get(2)) / 2);
	}

	@ParameterizedTest
	@CsvSource(nullValues = "none",
			value = { "0001-01-01T00:00:00Z, none", "9999-12-31T23:59:59Z, none",
					"0001-01-01T00:00:00Z, 2025-01-15T10:30:05Z", "9999-12-31T23:59:59Z, 2025-01-15T10:30:05Z",
					"2025-01-15T10:30:00Z, 0001-01-01T00:00:00Z", "2025-01-15T10:30:00Z, 9999-12-31T23:59:59Z",
					"2025-01-15T10:30:03Z, 2025-01-15T10:30:02Z", "none, 0001-01-01T00:00:00Z" })
	void whenTimesAreImpossibleNothingIsLearned(@Nullable Instant createdAt, @Nullable Instant completedAt) {
		List<ObservedRun> runs = new ArrayList<>();
		Instant began = Instant.parse("2025-01-15T10:30:00Z");
		this.fixture.endpoint = (id) -> {
			boolean ended = this.fixture.polls.size() == 3;
			OperationStatus status = ended ? OperationStatus.COMPLETED : OperationStatus.RUNNING;
			return Mono
				.just(new OperationSnapshot(
						new Operation(id, status, status.name(), createdAt, ended ? completedAt : null, null, null,
								Map.of(), Map.of()),
						null, began.plusMillis(this.fixture.time.now(TimeUnit.MILLISECONDS))));
		};
		this.fixture.schedule(learning(runs));
		this.fixture.poller.watch(new PollingTarget("op", null, null, true), PollerFixture.TIMEOUT)
			.subscribe(this.fixture.seen::add, this.fixture.faults::add);
		this.fixture.advance(PollerFixture.TIMEOUT);
		assertThat(this.fixture.polls).hasSize(3);
		assertThat(this.fixture.faults).isEmpty();
		assertThat(this.fixture.stuck).isEmpty();
		if (completedAt != null) {
			assertThat(runs).noneMatch(ObservedRun::ended);
		}
		assertThat(runs).allMatch((run) -> run.to().compareTo(PollerFixture.TIMEOUT) < 0);
	}

	private static PollingSchedule learning(List<ObservedRun> runs) {
		return new PollingSchedule() {

			@Override
			public Duration nextPoll(PollingState state) {
				return Duration.ofSeconds(2);
			}

			@Override
			public void learn(ObservedRun run) {
				runs.add(run);
			}

		};
	}

}
