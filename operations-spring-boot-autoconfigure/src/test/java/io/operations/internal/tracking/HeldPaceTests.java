package io.operations.internal.tracking;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.operations.Operation;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.TestOperations;
import io.operations.internal.polling.PollingTarget;
import io.operations.polling.AdaptivePollingSchedule;
import io.operations.polling.PollingSettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The pace and the order of the polls of tracked operations, in virtual time.
 */
class HeldPaceTests extends HeldOperationsFixture {

	@Test
	void whilePermitsAreFreeHeldOperationsArePolledEarly() {
		Client client = new Client(20, shortOfPolls(Duration.ofHours(1)));
		client.hold("op");
		advance(Duration.ofSeconds(30));
		assertThat(this.requests).hasSizeBetween(50, 62);
	}

	@Test
	void beforeItsRetryAfterAnOperationIsNotPolledEarly() {
		Client client = new Client(20, shortOfPolls(Duration.ofSeconds(1)));
		this.server = (id) -> Mono.just(TestOperations.snapshot(id, OperationStatus.RUNNING, Duration.ofSeconds(10)));
		client.hold("op");
		advance(Duration.ofSeconds(95));
		assertThat(this.requests).hasSizeBetween(2, 10);
	}

	@Test
	void whenSomebodyMustFixAFaultNoPollIsEarly() {
		Client client = new Client(20, shortOfPolls(Duration.ofSeconds(1)));
		this.server = (id) -> Mono.error(TestOperations.fault(400));
		client.hold("op");
		advance(Duration.ofMinutes(30));
		assertThat(this.requests).hasSizeBetween(10, 60);
	}

	@Test
	void whenScheduledOperationsTakeATenthOfThePolls() {
		Client client = new Client(2, (state) -> Duration.ofSeconds(10));
		this.server = (id) -> id.startsWith("later") ? Mono.just(scheduled(id)) : answer(id, OperationStatus.RUNNING);
		for (int i = 0; i < 600; i++) {
			client.hold("later" + i);
		}
		// Each needs a first poll, which shows that it is scheduled.
		advance(Duration.ofMinutes(60));
		assertThat(client.poller.held().scheduled()).isEqualTo(600);
		this.requests.clear();
		client.hold("op");
		advance(Duration.ofMinutes(60));
		long later = this.requests.stream().filter((request) -> request.id().startsWith("later")).count();
		assertThat(later).isBetween(400L, 950L);
		assertThat(this.requests.size() - later).isGreaterThan(250);
		client.held.releaseAll();
		assertThat(client.poller.held().scheduled()).isZero();
	}

	private static OperationSnapshot scheduled(String id) {
		return new OperationSnapshot(
				new Operation(id, OperationStatus.PENDING, "SCHEDULED", null, null, null, null, Map.of(), Map.of()),
				null, Instant.EPOCH);
	}

	@Test
	void whenBothAreDueWaitsAndHeldOperationsHaveOneOrder() {
		Client client = new Client(2, (state) -> Duration.ofMinutes(5));
		for (int i = 0; i < 60; i++) {
			if (i % 2 == 0) {
				client.await("wait" + i);
			}
			else {
				client.hold("held" + i);
			}
			advance(Duration.ofMillis(20));
		}
		advance(Duration.ofMinutes(2));
		List<Integer> order = this.requests.stream().map((request) -> number(request.id())).toList();
		assertThat(order).hasSize(60);
		for (int i = 0; i < 60; i++) {
			// First polls are spread over half a second, and 16 are with the admission.
			assertThat(order.get(i)).isBetween(i - 42, i + 42);
		}
		assertThat(this.requests.subList(0, 30).stream().filter((request) -> request.id().startsWith("held")))
			.hasSizeBetween(9, 21);
	}

	@Test
	void underARateLimitBothAreSeenToEndEquallySoon() {
		Client client = new Client(5, new AdaptivePollingSchedule(PollingSettings.defaults(), this.scheduler));
		Random random = new Random(17);
		Map<String, Long> ended = new HashMap<>();
		Map<String, List<Long>> lags = new LinkedHashMap<>();
		this.server = (id) -> answer(id, (now() >= ended.getOrDefault(id, Long.MAX_VALUE)) ? OperationStatus.COMPLETED
				: OperationStatus.RUNNING);
		for (int i = 0; i < 4000; i++) {
			String id = ((i % 2 == 0) ? "wait" : "held") + i;
			long duration = (long) (60_000 * Math.exp(0.3 * random.nextGaussian()));
			ended.put(id, now() + duration);
			if (i % 2 == 0) {
				client.poller.await(PollingTarget.of(id, "kind"), TIMEOUT)
					.subscribe((end) -> lag(lags, "wait", ended, id));
			}
			else {
				client.hold(PollingTarget.of(id, "kind"));
			}
			advance(Duration.ofMillis(500));
			this.changes.stream()
				.filter(TrackedChange::isEnd)
				.forEach((change) -> lags.computeIfAbsent("held", (key) -> new ArrayList<>())
					.add(Objects.requireNonNull(change.ending().endedAt()).toEpochMilli()
							- wall(ended.get(change.id()))));
			this.changes.clear();
		}
		double wait = mean(lags, "wait");
		double held = mean(lags, "held");
		assertThat(held).as("lag of awaited ones: %s ms", wait).isBetween(0.9 * wait, 1.1 * wait);
	}

	private static double mean(Map<String, List<Long>> lags, String key) {
		List<Long> all = Objects.requireNonNull(lags.get(key));
		return all.subList(all.size() / 2, all.size()).stream().mapToLong(Long::longValue).average().orElseThrow();
	}

	private void lag(Map<String, List<Long>> lags, String key, Map<String, Long> ended, String id) {
		lags.computeIfAbsent(key, (same) -> new ArrayList<>()).add(now() - Objects.requireNonNull(ended.get(id)));
	}

	private long wall(@Nullable Long time) {
		return Objects.requireNonNull(time) + this.scheduler.now(TimeUnit.MILLISECONDS) - now();
	}

	private static int number(String id) {
		return Integer.parseInt(id.replaceAll("\\D", ""));
	}

}
