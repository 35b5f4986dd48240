package io.operations.internal.tracking;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;

import io.operations.Operation;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.TestOperations;
import io.operations.tracking.TrackingState;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the holder of tracked operations reports, in virtual time.
 */
class HeldOperationsTests extends HeldOperationsFixture {

	@Test
	void whenAPollChangesNothingItIsOnlyCounted() {
		Client client = new Client(20, backoff());
		client.hold("op");
		advance(Duration.ofMinutes(1));
		assertThat(this.changes).singleElement().satisfies((change) -> {
			assertThat(change.polled().polls()).isEqualTo(1);
			assertThat(Objects.requireNonNull(change.polled().lastSeen()).status()).isEqualTo(OperationStatus.RUNNING);
			assertThat(change.lastFault()).isNull();
		});
		TrackedChange first = this.changes.get(0);
		client.held.stored("op", first.version(), first.version() + 1);
		assertThat(client.held.polls(10))
			.containsExactly(new HeldOperations.Polls("op", requests("op"), first.version() + 1));
		assertThat(client.held.polls(10)).isEmpty();
		this.server = (id) -> Mono.error(TestOperations.fault(503));
		advance(Duration.ofMinutes(2));
		assertThat(this.changes).hasSize(2);
		assertThat(this.changes.get(1)).satisfies((change) -> {
			assertThat(change.lastFault()).contains("503");
			assertThat(change.polled().lastSeen()).as("unchanged").isNull();
			assertThat(change.version()).isEqualTo(first.version() + 1);
		});
		this.server = (id) -> answer(id, OperationStatus.RUNNING);
		advance(Duration.ofMinutes(2));
		assertThat(this.changes).hasSize(3);
		assertThat(this.changes.get(2).lastFault()).isNull();
		assertThat(this.changes.get(2).after(this.changes.get(1)).polled().lastSeen()).isNotNull();
		assertThat(this.changes.get(1).after(first).polled().lastSeen()).isEqualTo(first.polled().lastSeen());
	}

	@Test
	void whenAResponseNamesTheKindItIsReported() {
		Client client = new Client(20, backoff());
		client.hold("op");
		advance(Duration.ofSeconds(10));
		this.server = (id) -> Mono.just(new OperationSnapshot(new Operation(id, OperationStatus.RUNNING, "RUNNING",
				null, null, null, null, Map.of("a", "1"), Map.of()), null, Instant.EPOCH));
		advance(Duration.ofMinutes(1));
		assertThat(this.changes).hasSize(2).last().satisfies((change) -> {
			assertThat(change.polled().kind()).isEqualTo("a");
			assertThat(change.version(7).version()).isEqualTo(7);
		});
	}

	@Test
	void whenHeldSummaryAndRowHaveItsFigures() {
		Client client = new Client(20, backoff());
		TrackedRow row = client.hold("op");
		this.mayPoll = false;
		client.hold("due");
		advance(Duration.ofMinutes(1));
		assertThat(client.held.held()).isEqualTo(2);
		assertThat(client.held.summary().backlog()).isEqualTo(2);
		assertThat(client.held.summary().backlogAge()).isBetween(Duration.ofSeconds(59), Duration.ofSeconds(60));
		assertThat(client.held.summary().unseen()).isEqualTo(2);
		assertThat(client.held.summary().oldest()).isEqualTo(Duration.ofMinutes(1));
		this.mayPoll = true;
		advance(Duration.ofSeconds(20));
		assertThat(client.held.summary().unseen()).isZero();
		assertThat(client.held.summary().count(OperationStatus.RUNNING)).isEqualTo(2);
		assertThat(client.held.summary().count(TrackingState.TRACKED)).isEqualTo(2);
		TrackedRow current = client.held.current(row);
		assertThat(current.polled().polls()).isEqualTo(requests("op"));
		assertThat(current.due()).isAfter(client.polls.now()).isEqualTo(client.held.nextDue("op"));
		assertThat(client.held.current(row.stored())).as("of another version").isEqualTo(row.stored());
	}

}
