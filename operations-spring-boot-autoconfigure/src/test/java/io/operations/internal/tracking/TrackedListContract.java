package io.operations.internal.tracking;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import io.operations.OperationStatus;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingState;
import io.operations.tracking.TrackingSummary;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What a tracker promises about the lists that an operator sees, whichever store it has.
 */
public abstract class TrackedListContract extends SeveralClientsContract {

	private static final TrackingFilter AGE = TrackingFilter.all().withOrder(TrackingFilter.Order.AGE);

	@Test
	void whenOrderedByAgeTheOldestOperationIsFirst() {
		List<String> expected = trackOneByOne("c", "a", "d", "b");
		assertThat(stream(AGE)).isEqualTo(expected);
		assertThat(stream(AGE.withLimit(2))).containsExactly("c", "a");
		assertThat(stream(AGE.withStates(Set.of(TrackingState.DELIVERED)))).isEmpty();
	}

	@Test
	void whenPagesContinueAfterAnOperationNoneIsLeftOutOrRepeated() {
		List<String> expected = trackOneByOne("c", "a", "d", "b");
		track("z", Map.of());
		track("y", Map.of());
		expected.addAll(stream(AGE).subList(4, 6));
		for (int size = 1; size < 7; size++) {
			List<String> read = new ArrayList<>();
			TrackingFilter filter = AGE.withLimit(size);
			List<TrackedOperation> page = page(filter);
			while (!page.isEmpty()) {
				page.forEach((operation) -> read.add(operation.id()));
				assertThat(read).as("pages that never end").hasSizeLessThan(100);
				page = page(filter.withAfter(page.get(page.size() - 1)));
			}
			assertThat(read).as("size %s", size).isEqualTo(expected);
		}
		TrackedOperation first = Objects.requireNonNull(find("c"));
		assertThat(stream(AGE.withAfter(first.since(), ""))).isEqualTo(expected);
		forget("c");
		assertThat(stream(AGE.withAfter(first).withLimit(1))).containsExactly("a");
	}

	@Test
	void whenAnAgeStreamIsLongItIsReadPageByPage() {
		for (int i = 0; i < 505; i++) {
			track("op" + i, Map.of());
		}
		assertThat(stream(AGE)).hasSize(505).doesNotHaveDuplicates();
	}

	@Test
	void whenFilteredByStatusTheLastSeenStatusCounts() {
		this.endpoint.script("queued", (poll) -> ScriptedEndpoint.status("QUEUED"));
		this.endpoint.script("scheduled", (poll) -> ScriptedEndpoint.status("SCHEDULED"));
		this.endpoint.script("unseen", (poll) -> ScriptedEndpoint.error(503));
		for (String id : List.of("queued", "scheduled", "running", "unseen")) {
			track(id, Map.of());
		}
		await().atMost(MAX_WAIT)
			.untilAsserted(() -> assertThat(stream(AGE.withStatus(OperationStatus.PENDING)))
				.containsExactlyInAnyOrder("queued", "scheduled"));
		await().atMost(MAX_WAIT)
			.untilAsserted(
					() -> assertThat(stream(AGE.withStatus(OperationStatus.RUNNING))).containsExactly("running"));
		assertThat(stream(AGE.withStatus(OperationStatus.UNKNOWN))).isEmpty();
	}

	@Test
	void whenFilteredByThePrefixOfTheIdNoCharacterIsAWildcard() {
		for (String id : List.of("a%b", "a_b", "a!b", "axb", "b")) {
			track(id, Map.of());
		}
		assertThat(stream(AGE.withIdPrefix("a%"))).containsExactly("a%b");
		assertThat(stream(AGE.withIdPrefix("a_"))).containsExactly("a_b");
		assertThat(stream(AGE.withIdPrefix("a!"))).containsExactly("a!b");
		assertThat(stream(AGE.withIdPrefix("a"))).hasSize(4);
		assertThat(stream(AGE.withIdPrefix(""))).hasSize(5);
		assertThat(stream(AGE.withIds(Set.of("axb", "b", "other")))).containsExactlyInAnyOrder("axb", "b");
	}

	@Test
	void whenDeliveriesFailTheOperationIsFailingUntilItIsDelivered() {
		this.endpoint.script("bad", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		this.endpoint.script("good", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		this.handler = (outcome) -> {
			if (outcome.operationId().equals("bad")) {
				throw new IllegalStateException("no room");
			}
		};
		track("bad", Map.of());
		track("good", Map.of());
		track("running", Map.of());
		until("bad", TrackedOperation::isFailing);
		assertThat(summary().failing()).isEqualTo(1);
		assertThat(stream(AGE.withFailing(true))).containsExactly("bad");
		until("bad", TrackingState.UNDELIVERED);
		until("good", TrackingState.DELIVERED);
		TrackingSummary summary = summary();
		assertThat(summary.failing()).isEqualTo(1);
		assertThat(stream(AGE.withFailing(true))).containsExactly("bad");
		assertThat(stream(AGE.withFailing(false))).containsExactlyInAnyOrder("good", "running");
		this.handler = this.outcomes::add;
		redeliver("bad");
		until("bad", TrackingState.DELIVERED);
		assertThat(summary().failing()).isZero();
		assertThat(stream(AGE.withFailing(true))).isEmpty();
	}

	@Test
	void whenFilteredByStuckOnlyStuckOperationsAreListed() {
		track("running", Map.of());
		assertThat(stream(AGE.withStuck(true))).isEmpty();
		assertThat(stream(AGE.withStuck(false))).containsExactly("running");
		this.time.skip(Duration.ofMinutes(6));
		until("running", TrackedOperation::stuck);
		await().atMost(MAX_WAIT)
			.untilAsserted(() -> assertThat(stream(AGE.withStuck(true))).containsExactly("running"));
		assertThat(stream(AGE.withStuck(false))).isEmpty();
	}

	@Test
	void whenThisInstancePollsItIsTheOneThatIsNamed() {
		DefaultOperationTracker tracker = (DefaultOperationTracker) this.tracker;
		track("op", Map.of());
		until("op", (operation) -> operation.polls() > 0);
		assertThat(tracker.pollingInstance("this one").block(MAX_WAIT)).isEqualTo("this one");
	}

	private List<TrackedOperation> page(TrackingFilter filter) {
		return Objects.requireNonNull(this.tracker.stream(filter).collectList().block(MAX_WAIT));
	}

	// The times of operations are in milliseconds.
	private List<String> trackOneByOne(String... ids) {
		for (String id : ids) {
			track(id, Map.of());
			Instant since = Objects.requireNonNull(find(id)).since();
			await().atMost(MAX_WAIT).pollDelay(Duration.ZERO).until(() -> this.engine.polls().now().isAfter(since));
		}
		return new ArrayList<>(List.of(ids));
	}

}
