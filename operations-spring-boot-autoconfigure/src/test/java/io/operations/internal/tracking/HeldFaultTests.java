package io.operations.internal.tracking;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.TestOperations;
import io.operations.internal.polling.PollingTarget;
import io.operations.polling.ObservedRun;
import io.operations.polling.PollingSchedule;
import io.operations.polling.PollingState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.beans.BeanUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Faults of a store, a schedule and listeners, in virtual time.
 */
class HeldFaultTests extends HeldOperationsFixture {

	@Test
	void whenTheStoreFailsTheChangeIsReportedAgain() {
		Client client = new Client(20, backoff());
		client.broken = true;
		client.hold("op");
		advance(Duration.ofSeconds(5));
		assertThat(this.changes).isEmpty();
		client.broken = false;
		client.hold("other");
		advance(Duration.ofMinutes(2));
		assertThat(this.changes).extracting(TrackedChange::id).containsExactlyInAnyOrder("op", "other");
		client.broken = true;
		this.server = (id) -> answer(id, OperationStatus.COMPLETED);
		advance(Duration.ofMinutes(1));
		client.broken = false;
		advance(Duration.ofMinutes(2));
		assertThat(ending("op")).isNotNull();
		assertThat(ending("other")).isNotNull();
	}

	@ParameterizedTest
	@ValueSource(classes = { AssertionError.class, NoClassDefFoundError.class, StackOverflowError.class })
	void whenTheScheduleFailsOperationsArePolledAgain(Class<? extends Error> type) {
		Set<String> failed = new HashSet<>();
		Client client = new Client(20, new PollingSchedule() {

			@Override
			public Duration nextPoll(PollingState state) {
				return Duration.ofSeconds(10);
			}

			@Override
			public void learn(ObservedRun run) {
				// Each kind is the id of one operation.
				if (failed.add(String.valueOf(run.kind()))) {
					throw BeanUtils.instantiateClass(type);
				}
			}

		});
		// More than there are places for polls.
		for (int i = 0; i < 100; i++) {
			client.hold(PollingTarget.of("held" + i, "held" + i));
			client.await(PollingTarget.of("wait" + i, "wait" + i));
			client.hold(PollingTarget.of("shared" + i, "shared" + i));
			client.await(PollingTarget.of("shared" + i, "shared" + i));
		}
		advance(Duration.ofMinutes(2));
		assertThat(failed).hasSize(300);
		this.server = (id) -> answer(id, OperationStatus.COMPLETED);
		advance(Duration.ofMinutes(2));
		assertThat(this.changes).filteredOn(TrackedChange::isEnd).hasSize(200);
		assertThat(this.ends).hasSize(200).allMatch(OperationSnapshot.class::isInstance);
		assertThat(client.admission.inFlight()).isZero();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenAListenerOfOutagesFailsPollsGoOn(boolean awaited) {
		Client client = new Client(20, backoff());
		this.outageBegan = () -> {
			throw new StackOverflowError("test");
		};
		this.server = (id) -> Mono.error(TestOperations.fault(503));
		if (awaited) {
			client.await("op");
		}
		else {
			client.hold("op");
		}
		advance(Duration.ofMinutes(1));
		assertThat(this.outages).hasSize(1);
		this.server = (id) -> answer(id, OperationStatus.COMPLETED);
		advance(Duration.ofMinutes(5));
		assertThat(this.ends).hasSize(awaited ? 1 : 0).allMatch(OperationSnapshot.class::isInstance);
		assertThat(this.changes).filteredOn(TrackedChange::isEnd).hasSize(awaited ? 0 : 1);
	}

	@Test
	void whenAListenerOfWaitsFailsCallersGetTheOutcome() {
		Client client = new Client(20, backoff());
		client.await("op");
		client.await("op");
		this.waitEnded = () -> {
			throw new StackOverflowError("test");
		};
		this.server = (id) -> answer(id, OperationStatus.COMPLETED);
		advance(Duration.ofMinutes(1));
		assertThat(this.ends).hasSize(2).allMatch(OperationSnapshot.class::isInstance);
	}

}
