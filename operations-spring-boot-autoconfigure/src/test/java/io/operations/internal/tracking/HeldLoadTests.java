package io.operations.internal.tracking;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.operations.Operation;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.internal.polling.PolledOperation;
import io.operations.internal.polling.PollingTarget;
import io.operations.polling.PollingSchedule;
import io.operations.polling.PollingState;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tracked operations that a store loads, in virtual time.
 */
class HeldLoadTests extends HeldOperationsFixture {

	private final List<String> arrivals = new ArrayList<>();

	@Test
	void whenLoadedOperationsKeepTheirAgeAndPolls() {
		List<PollingState> arrivals = new ArrayList<>();
		List<PollingState> next = new ArrayList<>();
		Client client = new Client(20, new PollingSchedule() {

			@Override
			public Duration firstPoll(PollingState state) {
				arrivals.add(state);
				return Duration.ZERO;
			}

			@Override
			public Duration nextPoll(PollingState state) {
				next.add(state);
				return Duration.ofSeconds(100);
			}

		});
		List<TrackedRow> rows = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			rows.add(client.loaded("op" + i, Duration.ofMinutes(10), 7));
		}
		client.held.load(rows);
		assertThat(this.requests).as("on the caller's thread").isEmpty();
		assertThat(arrivals).isEmpty();
		assertThat(next).hasSize(100).allSatisfy((state) -> {
			assertThat(state.age()).isEqualTo(Duration.ofMinutes(10));
			assertThat(state.polls()).isEqualTo(7);
			assertThat(state.kind()).isEqualTo("kind");
		});
		advance(Duration.ofSeconds(50));
		assertThat(this.requests).as("as if the polls had gone on").hasSizeBetween(30, 70);
		advance(Duration.ofSeconds(66));
		assertThat(this.requests.stream().map(Request::id).distinct()).hasSize(100);
		this.server = (id) -> answer(id, OperationStatus.COMPLETED);
		advance(Duration.ofMinutes(2));
		assertThat(ending("op3").polled().polls()).isBetween(9, 10);
		assertThat(ending("op3").polled().since()).isEqualTo(rows.get(3).polled().since());
		assertThat(arrivals).isEmpty();
	}

	@Test
	void whenTheStoreHasNoStatusTextALoadIsNoChange() {
		Client client = new Client(20, backoff());
		List<String> text = new ArrayList<>(List.of("in-progress"));
		this.server = (id) -> Mono.just(new OperationSnapshot(new Operation(id, OperationStatus.RUNNING, text.get(0),
				null, null, null, null, Map.of("kind", "1"), Map.of()), null, Instant.EPOCH));
		client.held.load(List.of(client.loaded("op", Duration.ofSeconds(10), 7)));
		advance(Duration.ofMinutes(2));
		assertThat(requests("op")).isPositive();
		assertThat(this.changes).isEmpty();
		assertThat(this.statuses).isEmpty();
		text.set(0, "almost-done");
		advance(Duration.ofMinutes(2));
		assertThat(this.changes).hasSize(1);
		assertThat(this.statuses).hasSize(1);
	}

	@Test
	void whenLoadedOperationsWaitForFirstPolls() {
		Client client = new Client(1, backoff());
		List<TrackedRow> rows = new ArrayList<>();
		for (int i = 0; i < 50; i++) {
			rows.add(client.loaded("loaded" + i, Duration.ofMinutes(10), 7).due(client.polls.now()));
		}
		client.held.load(rows);
		advance(Duration.ofSeconds(20));
		client.await("wait");
		client.hold("new");
		this.requests.clear();
		advance(Duration.ofSeconds(6));
		assertThat(this.requests).extracting(Request::id).contains("wait", "new");
	}

	@Test
	void whenNeverPolledLoadedOperationsWaitForNewOnes() {
		Client client = new Client(1, backoff());
		List<TrackedRow> rows = new ArrayList<>();
		for (int i = 0; i < 50; i++) {
			rows.add(client.loaded("loaded" + i, Duration.ofMinutes(10), 0));
		}
		client.held.load(rows);
		client.held.take(List.of(client.loaded("other", Duration.ZERO, 0)));
		client.hold("new");
		advance(Duration.ofSeconds(6));
		assertThat(this.requests).extracting(Request::id).contains("other", "new");
		advance(Duration.ofSeconds(60));
		assertThat(this.requests.stream().map(Request::id).distinct()).hasSize(52);
	}

	@Test
	void whenAnotherInstanceTracksTheRetryAfterIsKept() {
		Client client = new Client(20, rare(true));
		TrackedRow row = client.engine.begin(PollingTarget.of("own"), Map.of(), TIMEOUT);
		this.arrivals.clear();
		PolledOperation other = PolledOperation.of(PollingTarget.of("other"), client.polls.now());
		client.held.take(List.of(new TrackedRow("test", other, Map.of(), row.timeout(), row.deadline(),
				client.polls.now().plusSeconds(30), null, false, TrackedRow.Ending.NONE, 1)));
		assertThat(this.arrivals).containsExactly("other");
		advance(Duration.ofSeconds(29));
		assertThat(this.requests).isEmpty();
		advance(Duration.ofSeconds(2));
		assertThat(this.requests).isNotEmpty();
	}

	@Test
	void whenTheStoreRepeatsAnOperationItIsNewOnce() {
		Client client = new Client(20, rare(false));
		TrackedRow own = client.hold("own");
		client.held.take(List.of(own, own.version(own.version() + 1)));
		assertThat(this.arrivals).as("tracked, and tracked again").containsExactly("own", "own");
	}

	private PollingSchedule rare(boolean shortOfPolls) {
		return new PollingSchedule() {

			@Override
			public Duration firstPoll(PollingState state) {
				HeldLoadTests.this.arrivals.add(state.operationId());
				return Duration.ofSeconds(2);
			}

			@Override
			public Duration nextPoll(PollingState state) {
				return Duration.ofHours(1);
			}

			@Override
			public boolean isShortOfPolls() {
				return shortOfPolls;
			}

		};
	}

}
