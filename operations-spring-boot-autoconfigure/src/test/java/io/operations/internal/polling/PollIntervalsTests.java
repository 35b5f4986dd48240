package io.operations.internal.polling;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.operations.AcceptedOperation;
import io.operations.Operation;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.TestOperations;
import io.operations.polling.AdaptivePollingSchedule;
import io.operations.polling.ObservedRun;
import io.operations.polling.PollingSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests when the poller sends polls: intervals, jitter, Retry-After and unused permits.
 */
class PollIntervalsTests {

	private final PollerFixture fixture = new PollerFixture();

	@Test
	void whenWaitsBeginTogetherFirstPollsAreSpread() {
		this.fixture.schedule((state) -> Duration.ofMinutes(1));
		for (int i = 0; i < 200; i++) {
			this.fixture.watch("op" + i);
		}
		this.fixture.advance(Duration.ofMillis(250));
		assertThat(this.fixture.polls).hasSizeBetween(50, 150);
		this.fixture.advance(Duration.ofMillis(250));
		assertThat(this.fixture.polls).hasSize(200);
	}

	@Test
	void whenOperationAgesIntervalsGrowWithinBounds() {
		this.fixture.watch("op");
		this.fixture.advance(Duration.ofMinutes(9));
		for (int i = 1; i < this.fixture.polls.size(); i++) {
			double wanted = Math.min(30_000, Math.max(500, this.fixture.polls.get(i - 1) / 5.0));
			double interval = this.fixture.polls.get(i) - this.fixture.polls.get(i - 1);
			assertThat(interval).isBetween(wanted * 0.84, wanted * 1.16 + 1);
		}
		assertThat(this.fixture.polls).hasSizeBetween(25, 60);
	}

	@Test
	void whenServerSendsCreationTimeItsAgeCounts() {
		this.fixture.endpoint = (id) -> Mono
			.just(new OperationSnapshot(new Operation(id, OperationStatus.RUNNING, "RUNNING", Instant.EPOCH, null, null,
					null, Map.of(), Map.of()), null, Instant.EPOCH.plusSeconds(3600)));
		this.fixture.watch("op");
		this.fixture.advance(Duration.ofSeconds(20));
		assertThat(this.fixture.polls).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(ints = { 200, 429, 503 })
	void whenResponseHasRetryAfterNextPollIsNotEarlier(int status) {
		Duration floor = Duration.ofSeconds(20);
		this.fixture.endpoint = (id) -> (status == 200)
				? Mono.just(TestOperations.snapshot(id, OperationStatus.RUNNING, floor))
				: Mono.error(TestOperations.fault(status, floor));
		this.fixture.watch("op");
		this.fixture.advance(Duration.ofMinutes(2));
		for (int i = 1; i < this.fixture.polls.size(); i++) {
			assertThat(this.fixture.polls.get(i) - this.fixture.polls.get(i - 1)).isGreaterThanOrEqualTo(20_000);
		}
		assertThat(this.fixture.polls).hasSizeBetween(4, 7);
	}

	@Test
	void whenPollIsThrottledItIsRepeatedSoon() {
		this.fixture.schedule((state) -> Duration.ofMinutes(1));
		this.fixture.endpoint = (id) -> switch (this.fixture.polls.size()) {
			case 1 -> Mono.error(TestOperations.fault(429));
			case 2 -> Mono.error(TestOperations.fault(429, Duration.ofSeconds(2)));
			default -> Mono.just(TestOperations.snapshot(id, OperationStatus.RUNNING));
		};
		this.fixture.watch("op");
		this.fixture.advance(Duration.ofMinutes(2));
		assertThat(this.fixture.polls.get(1) - this.fixture.polls.get(0)).isBetween(400L, 600L);
		assertThat(this.fixture.polls.get(2) - this.fixture.polls.get(1)).isBetween(2000L, 2310L);
		assertThat(this.fixture.polls.get(3) - this.fixture.polls.get(2)).as("the schedule's interval")
			.isGreaterThan(50_000);
	}

	@Test
	void whenWriteHasRetryAfterFirstPollIsNotEarlier() {
		this.fixture.poller.watch(new PollingTarget("op", null, Duration.ofSeconds(5), true), PollerFixture.TIMEOUT)
			.subscribe();
		this.fixture.advance(Duration.ofMillis(4999));
		assertThat(this.fixture.polls).isEmpty();
		this.fixture.advance(Duration.ofMillis(760));
		assertThat(this.fixture.polls).hasSize(1);
	}

	@Test
	void whenWritesHaveSameRetryAfterFirstPollsAreSpread() {
		this.fixture.schedule((state) -> Duration.ofMinutes(1));
		for (int i = 0; i < 100; i++) {
			this.fixture.poller
				.watch(new PollingTarget("op" + i, null, Duration.ofSeconds(5), true), PollerFixture.TIMEOUT)
				.subscribe();
		}
		this.fixture.advance(Duration.ofMillis(5751));
		assertThat(this.fixture.polls).hasSize(100);
		assertThat(this.fixture.polls.stream().distinct()).hasSizeGreaterThan(50);
	}

	@Test
	void whenScheduleIsFixedIntervalsSpreadToBothSides() {
		this.fixture.schedule((state) -> Duration.ofSeconds(10));
		this.fixture.watch("op");
		this.fixture.advance(Duration.ofMinutes(9));
		assertThat(intervals()).anyMatch((interval) -> interval < 9500)
			.anyMatch((interval) -> interval > 10_500)
			.allMatch((interval) -> interval >= 8500 && interval <= 11_501);
	}

	@Test
	void whenResponseHasRetryAfterIntervalsSpreadUpwards() {
		this.fixture.schedule((state) -> Duration.ofSeconds(1));
		this.fixture.endpoint = (id) -> Mono
			.just(TestOperations.snapshot(id, OperationStatus.RUNNING, Duration.ofSeconds(10)));
		this.fixture.watch("op");
		this.fixture.advance(Duration.ofMinutes(9));
		assertThat(intervals()).anyMatch((interval) -> interval > 10_500)
			.allMatch((interval) -> interval >= 10_000 && interval <= 11_501);
	}

	private List<Long> intervals() {
		List<Long> intervals = new ArrayList<>();
		for (int i = 1; i < this.fixture.polls.size(); i++) {
			intervals.add(this.fixture.polls.get(i) - this.fixture.polls.get(i - 1));
		}
		return intervals;
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, -5 })
	void whenScheduleReturnsNoPositiveTimePollsStayRare(long millis) {
		this.fixture.schedule((state) -> Duration.ofMillis(millis));
		this.fixture.watch("op");
		this.fixture.advance(Duration.ofSeconds(1));
		assertThat(this.fixture.polls).hasSizeLessThanOrEqualTo(1001);
	}

	@Test
	void whenShortOfPollsUnusedPermitsPollEarlier() {
		this.fixture.schedule(new PollerFixture.ShortOfPolls());
		this.fixture.watch("op");
		this.fixture.advance(Duration.ofSeconds(10));
		assertThat(this.fixture.polls).hasSizeBetween(18, 21);
		for (int i = 1; i < this.fixture.polls.size(); i++) {
			assertThat(this.fixture.polls.get(i) - this.fixture.polls.get(i - 1)).isGreaterThanOrEqualTo(500);
		}
	}

	@Test
	void whenShortOfPollsFirstPollIsNotBeforeRetryAfter() {
		List<String> asked = new ArrayList<>();
		this.fixture.endpoint = (id) -> {
			asked.add(id);
			return PollerFixture.answer(OperationStatus.RUNNING);
		};
		this.fixture.schedule(new PollerFixture.ShortOfPolls());
		this.fixture.watch("op");
		AcceptedOperation accepted = new AcceptedOperation("later", null, Duration.ofSeconds(40), Map.of());
		Disposable later = this.fixture.poller.await(PollingTarget.of(accepted), Duration.ofMinutes(5)).subscribe();
		this.fixture.advance(Duration.ofSeconds(1));
		assertThat(asked).contains("op").doesNotContain("later");
		this.fixture.advance(Duration.ofSeconds(38));
		assertThat(asked).doesNotContain("later");
		this.fixture.advance(Duration.ofSeconds(20));
		assertThat(asked).contains("later");
		later.dispose();
	}

	@Test
	void whenKindIsLearnedFirstPollIsNotBeforeUsualEnd() {
		AdaptivePollingSchedule schedule = new AdaptivePollingSchedule(PollingSettings.defaults(), this.fixture.time);
		for (int i = 0; i < 30; i++) {
			schedule.learn(new ObservedRun("import", Duration.ZERO, Duration.ofSeconds(20), true));
		}
		this.fixture.schedule(schedule);
		AcceptedOperation accepted = new AcceptedOperation("op", null, null, Map.of()).withKind("import");
		this.fixture.poller.watch(PollingTarget.of(accepted), PollerFixture.TIMEOUT).subscribe(this.fixture.seen::add);
		this.fixture.advance(Duration.ofSeconds(15));
		assertThat(this.fixture.polls).isEmpty();
		this.fixture.advance(Duration.ofSeconds(10));
		assertThat(this.fixture.polls).hasSizeBetween(1, 12);
	}

	@Test
	void whenServerAgeIsImpossiblePollsAreNotDelayed() {
		this.fixture.endpoint = (
				id) -> Mono
					.just(new OperationSnapshot(
							new Operation(id, OperationStatus.RUNNING, "RUNNING", Instant.parse("0001-01-01T00:00:00Z"),
									null, null, null, Map.of(), Map.of()),
							null, Instant.parse("2025-01-15T10:30:00Z")));
		this.fixture.watch("op");
		this.fixture.advance(Duration.ofSeconds(20));
		assertThat(this.fixture.polls).hasSizeGreaterThan(5);
		assertThat(this.fixture.stuck).isEmpty();
	}

}
