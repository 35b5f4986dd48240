package io.operations.internal.tracking;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.operations.AcceptedOperation;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingResult;
import io.operations.tracking.TrackingState;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

/**
 * What a tracker of several clients promises, whichever stores they have.
 */
abstract class SeveralClientsContract extends ForgottenOperationContract {

	@Test
	void whenTwoClientsHaveOneIdThereAreTwoOperations() {
		Instance instance = instance("one", "two");
		instance.start();
		instance.endpoint("one").script("op", (poll) -> ScriptedEndpoint.status((poll < 3) ? "RUNNING" : "COMPLETED"));
		instance.endpoint("two").script("op", (poll) -> ScriptedEndpoint.status((poll < 3) ? "RUNNING" : "FAILED"));
		OperationTracker one = instance.tracker.forClient("one");
		OperationTracker two = instance.tracker.forClient("two");
		assertThat(isNew(one.track("op", Map.of("of", "one")))).isTrue();
		assertThat(isNew(two.track("op", Map.of("of", "two")))).isTrue();
		assertThat(isNew(two.track("op", Map.of("of", "nobody")))).isFalse();
		await().atMost(MAX_WAIT).until(() -> instance.outcomes.size() == 2);
		assertThat(instance.outcomes)
			.extracting(OperationOutcome::client, OperationOutcome::operationId, OperationOutcome::type,
					OperationOutcome::attributes)
			.containsExactlyInAnyOrder(tuple("one", "op", OperationOutcome.Type.COMPLETED, Map.of("of", "one")),
					tuple("two", "op", OperationOutcome.Type.FAILED, Map.of("of", "two")));
		await().atMost(MAX_WAIT)
			.until(() -> Objects.requireNonNull(two.find("op").block(MAX_WAIT)).state() == TrackingState.DELIVERED);
		assertThat(one.forget("op").block(MAX_WAIT)).isTrue();
		assertThat(one.find("op").block(MAX_WAIT)).isNull();
		assertThat(two.find("op").block(MAX_WAIT)).isNotNull()
			.extracting(TrackedOperation::client, TrackedOperation::outcome)
			.containsExactly("two", OperationOutcome.Type.FAILED);
		assertThat(two.redeliver("op").block(MAX_WAIT)).isTrue();
		await().atMost(MAX_WAIT).until(() -> instance.outcomes.size() == 3);
		assertThat(instance.outcomes.get(2)).extracting(OperationOutcome::client, OperationOutcome::attempt)
			.containsExactly("two", 2);
	}

	@Test
	void whenAStatusUrlIsKnownItNamesTheClient() {
		Instance instance = instance("one", "two");
		instance.start();
		instance.endpoint("one").others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		instance.endpoint("two").others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		assertThat(client(instance.tracker.track(accepted("a", "https://two.example.org/v1/a")))).isEqualTo("two");
		assertThat(client(instance.tracker.track(accepted("b", "https://one.example.org/v1/b"), Map.of())))
			.isEqualTo("one");
		assertThat(client(instance.tracker.track(accepted("c", "https://two.example.org/v1/c"), Map.of(), TIMEOUT)))
			.isEqualTo("two");
		assertThat(client(instance.tracker.track("e", Map.of()))).isEqualTo("one");
		Mono<TrackingResult> unknown = instance.tracker.track(accepted("f", "https://three.example.org/v1/f"));
		assertThatIllegalArgumentException().isThrownBy(() -> unknown.block(MAX_WAIT)).withMessageContaining("three");
		await().atMost(MAX_WAIT).until(() -> instance.outcomes.size() == 4);
		assertThat(instance.outcomes).extracting(OperationOutcome::client, OperationOutcome::operationId)
			.containsExactlyInAnyOrder(tuple("two", "a"), tuple("one", "b"), tuple("two", "c"), tuple("one", "e"));
		assertThat(instance.tracker.find("f").block(MAX_WAIT)).isNull();
		Mono<TrackingResult> foreign = instance.tracker.forClient("one")
			.track(accepted("g", "https://two.example.org/v1/g"));
		assertThatIllegalArgumentException().isThrownBy(() -> foreign.block(MAX_WAIT)).withMessageContaining("two");
		assertThat(instance.tracker.find("g").block(MAX_WAIT)).isNull();
	}

	@Test
	void withoutTheNameOfAClientAllAreSearched() {
		Instance instance = instance("one", "two");
		instance.tracker.forClient("one").track("a", Map.of()).block(MAX_WAIT);
		instance.tracker.forClient("two").track("a", Map.of()).block(MAX_WAIT);
		instance.tracker.forClient("two").track("b", Map.of()).block(MAX_WAIT);
		instance.tracker.forClient("two").track("c", Map.of()).block(MAX_WAIT);
		assertThat(instance.tracker.clients()).containsExactly("one", "two");
		assertThat(all(instance.tracker, TrackingFilter.all())).containsExactly("one/a", "two/a", "two/b", "two/c");
		assertThat(all(instance.tracker, TrackingFilter.all().withLimit(2))).containsExactly("one/a", "two/a");
		assertThat(all(instance.tracker.forClient("two"), TrackingFilter.all().withAfter("a"))).containsExactly("two/b",
				"two/c");
		assertThat(instance.tracker.summary().map((all) -> all.count(TrackingState.TRACKED)).block(MAX_WAIT))
			.isEqualTo(4);
		assertThat(instance.tracker.forClient("one")
			.summary()
			.map((all) -> all.count(TrackingState.TRACKED))
			.block(MAX_WAIT)).isEqualTo(1);
		assertThat(instance.tracker.find("a").map(TrackedOperation::client).block(MAX_WAIT)).isEqualTo("one");
		assertThat(instance.tracker.find("b").map(TrackedOperation::client).block(MAX_WAIT)).isEqualTo("two");
		assertThat(instance.tracker.forget("b").block(MAX_WAIT)).isTrue();
		assertThat(instance.tracker.forget("b").block(MAX_WAIT)).isFalse();
		assertThat(instance.tracker.redeliver("a").block(MAX_WAIT)).isFalse();
		assertThatIllegalArgumentException().isThrownBy(() -> instance.tracker.forClient("three"))
			.withMessageContaining("'three'")
			.withMessageContaining("one, two");
	}

	@Test
	void whenAClientJoinsLaterItIsTrackedUntilItLeaves() {
		Instance instance = instance("one");
		instance.start();
		instance.join("two");
		instance.endpoint("two").others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		instance.tracker.forClient("two").track("op", Map.of()).block(MAX_WAIT);
		await().atMost(MAX_WAIT).until(() -> instance.outcomes.size() == 1);
		assertThat(instance.outcomes.get(0).client()).isEqualTo("two");
		await().atMost(MAX_WAIT).until(() -> instance.events.contains("joined two"));
		instance.leave("two");
		await().atMost(MAX_WAIT).until(() -> instance.events.contains("left two"));
		assertThatIllegalArgumentException().isThrownBy(() -> instance.tracker.forClient("two"));
		instance.tracker.track("other", Map.of()).block(MAX_WAIT);
		instance.endpoint("one").others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		await().atMost(MAX_WAIT).until(() -> instance.outcomes.size() == 2);
	}

	@Test
	void withoutAStatusUrlOnlyOneClientCanBeMeant() {
		AcceptedOperation accepted = new AcceptedOperation("op", null, null, Map.of());
		Instance instance = instance("one", "two");
		assertThatIllegalArgumentException().isThrownBy(() -> instance.tracker.track(accepted).block(MAX_WAIT))
			.withMessageContainingAll("'op'", "no status URL", "forClient(name)", "one, two");
		assertThat(all(instance.tracker, TrackingFilter.all())).isEmpty();
		assertThat(client(instance.tracker.forClient("two").track(accepted))).isEqualTo("two");
		assertThat(client(instance.tracker.track("op", Map.of()))).isEqualTo("one");
		assertThat(client(instance("only").tracker.track(accepted))).isEqualTo("only");
	}

	@Test
	void whenAClientRejoinsItsNewTemplatePolls() {
		Instance instance = instance("one", "two");
		instance.start();
		instance.leave("two");
		instance.join("two");
		instance.endpoint("two").others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		instance.tracker.forClient("two").track("op", Map.of()).block(MAX_WAIT);
		await().atMost(MAX_WAIT).until(() -> instance.outcomes.size() == 1);
		assertThat(instance.outcomes.get(0).operationId()).isEqualTo("op");
		await().atMost(MAX_WAIT)
			.untilAsserted(() -> assertThat(instance.events).containsExactly("joined one", "joined two", "left two",
					"joined two"));
	}

	private static boolean isNew(Mono<TrackingResult> result) {
		return Objects.requireNonNull(result.block(MAX_WAIT)).isNew();
	}

	private static String client(Mono<TrackingResult> result) {
		return Objects.requireNonNull(result.block(MAX_WAIT)).operation().client();
	}

	private static List<String> all(OperationTracker tracker, TrackingFilter filter) {
		return Objects.requireNonNull(tracker.stream(filter)
			.map((operation) -> operation.client() + "/" + operation.id())
			.collectList()
			.block(MAX_WAIT));
	}

	private static AcceptedOperation accepted(String id, String statusUrl) {
		return new AcceptedOperation(id, URI.create(statusUrl), null, Map.of());
	}

}
