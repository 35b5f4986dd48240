package io.operations.internal.tracking;

import java.time.Duration;
import java.util.List;

import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.TestOperations;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tracked operations that are released or must not be polled, in virtual time.
 */
class HeldReleaseTests extends HeldOperationsFixture {

	@Test
	void whenAnEarlierVersionIsReleasedPollsGoOn() {
		Client client = new Client(20, backoff());
		TrackedRow row = client.hold("op");
		client.held.hold(row.stored());
		assertThat(client.held.release("op", row.version())).isFalse();
		advance(Duration.ofSeconds(5));
		assertThat(requests("op")).isPositive();
		assertThat(client.held.release("op", row.version() + 1)).isTrue();
		assertThat(client.held.held()).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "release", "replace", "releaseAll", "cancel" })
	void whenAPollIsAbandonedTheCallersThreadSendsNoOther(String how) {
		Client client = new Client(1000, backoff(), this.later);
		this.server = (id) -> Mono.<OperationSnapshot>never().doOnCancel(() -> this.cancelled.add(id));
		Disposable wait = client.await("op");
		TrackedRow row = client.hold("held");
		advance(Duration.ofSeconds(1));
		for (int i = 0; i < 100; i++) {
			client.await("wait" + i);
		}
		advance(Duration.ofSeconds(5));
		int sent = this.requests.size();
		assertThat(sent).as("all places in flight are taken").isLessThan(50);
		switch (how) {
			case "release" -> client.held.release("held");
			case "replace" -> client.held.take(List.of(row.stored()));
			case "releaseAll" -> client.held.releaseAll();
			case "cancel" -> wait.dispose();
			default -> throw new IllegalArgumentException(how);
		}
		assertThat(this.requests).hasSize(sent);
		assertThat(this.cancelled).isEmpty();
		advance(Duration.ofMillis(10));
		assertThat(this.cancelled).containsExactly(how.equals("cancel") ? "op" : "held");
		assertThat(this.requests).hasSize(sent + 1);
	}

	@Test
	void whenAQueuedPollIsAbandonedItDoesNotLeave() {
		Client client = new Client(20, backoff(), this.later);
		this.server = (id) -> Mono.error(TestOperations.fault(429, Duration.ofSeconds(20)));
		client.hold("throttled");
		advance(Duration.ofSeconds(1));
		client.hold("op");
		advance(Duration.ofSeconds(5));
		assertThat(client.admission.queued()).as("in the queue for the end of the pause").isEqualTo(1);
		this.later.delay(Duration.ofMinutes(1));
		client.held.release("op");
		advance(Duration.ofSeconds(50));
		assertThat(requests("op")).isZero();
	}

	@Test
	void withoutPermissionNoPollLeavesAndAllRemainDue() {
		Client client = new Client(20, backoff());
		this.mayPoll = false;
		client.hold("op");
		client.await("wait");
		advance(Duration.ofMinutes(2));
		assertThat(requests("op")).isZero();
		assertThat(requests("wait")).as("waits need no permission").isPositive();
		assertThat(this.changes).isEmpty();
		assertThat(this.outages).isEmpty();
		assertThat(client.held.nextDue("op")).isBefore(client.polls.now());
		this.mayPoll = true;
		client.held.resume();
		advance(Duration.ofMillis(10));
		assertThat(requests("op")).isEqualTo(1);
	}

	@Test
	void whenThePermissionEndsAQueuedPollDoesNotLeave() {
		Client client = new Client(20, backoff());
		this.server = (id) -> Mono.error(TestOperations.fault(429, Duration.ofSeconds(20)));
		client.hold("throttled");
		advance(Duration.ofSeconds(1));
		this.server = (id) -> answer(id, OperationStatus.RUNNING);
		client.hold("op");
		advance(Duration.ofSeconds(5));
		assertThat(client.admission.queued()).as("in the queue for the end of the pause").isEqualTo(1);
		this.mayPoll = false;
		advance(Duration.ofMinutes(1));
		assertThat(requests("op")).isZero();
		assertThat(this.outages).isEmpty();
		assertThat(client.admission.inFlight()).isZero();
		this.mayPoll = true;
		advance(Duration.ofSeconds(2));
		assertThat(requests("op")).isPositive();
		assertThat(requests("throttled")).isGreaterThan(1);
	}

	@Test
	void whenAllAreReleasedNoPollLeavesAndNoChangeIsReported() {
		Client client = new Client(20, backoff());
		this.server = (id) -> Mono.delay(Duration.ofSeconds(3), this.scheduler)
			.thenReturn(TestOperations.snapshot(id, OperationStatus.COMPLETED))
			.doOnCancel(() -> this.cancelled.add(id));
		for (int i = 0; i < 200; i++) {
			client.hold("op" + i);
		}
		client.await("op0");
		advance(Duration.ofSeconds(2));
		int sent = this.requests.size();
		assertThat(sent).isPositive();
		client.held.releaseAll();
		assertThat(client.held.held()).isZero();
		advance(Duration.ofMinutes(5));
		assertThat(this.requests.stream().skip(sent).map(Request::id)).allMatch("op0"::equals);
		assertThat(this.changes).isEmpty();
		assertThat(this.cancelled).isNotEmpty().doesNotContain("op0");
		assertThat(this.ends).hasSize(1);
		assertThat(client.admission.inFlight()).isZero();
		assertThat(client.admission.queued()).isZero();
		client.hold("op1");
		advance(Duration.ofSeconds(10));
		assertThat(ending("op1")).isNotNull();
	}

}
