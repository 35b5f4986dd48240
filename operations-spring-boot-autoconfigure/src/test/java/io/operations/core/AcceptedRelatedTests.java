package io.operations.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.operations.AcceptedOperation;
import io.operations.Operation;
import io.operations.OperationFailedException;
import io.operations.OperationStatus;
import io.operations.OperationTimeoutException;
import io.operations.internal.tracking.ScriptedEndpoint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests the related ids that the response to a write names and that the responses to
 * polls leave out.
 */
class AcceptedRelatedTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final ScriptedEndpoint endpoint = new ScriptedEndpoint();

	private final OperationsTemplate template = this.endpoint.template().scheduler(this.time).build();

	@AfterEach
	void close() {
		this.template.close();
		this.time.dispose();
	}

	@Test
	void chainOfTheReadmeReturnsIdOfTheWrite() {
		this.endpoint.script("Configurations",
				(write) -> Mono.fromSupplier(() -> ClientResponse.create(HttpStatus.ACCEPTED)
					.header("Content-Type", "application/json")
					.header("Operation-Id", "op")
					.body("{\"statusUrl\": \"https://conversations.twilio.com/v2/ControlPlane/Operations/op\","
							+ " \"related\": {\"configurationId\": \"cfg_202\"}}")
					.build()));
		this.endpoint.script("op", List.of(ScriptedEndpoint.json("{\"status\": \"RUNNING\"}"), ScriptedEndpoint.json("""
				{"operationId": "op", "status": "COMPLETED", "related": {}}""")));
		WebClient operationsWebClient = this.template.getWebClient();
		OperationsTemplate operations = this.template;
		StepVerifier
			.create(operationsWebClient.post()
				.uri("/v2/ControlPlane/Configurations")
				.bodyValue(Map.of())
				.exchangeToMono(AcceptedOperation::from)
				.flatMap(operations::await)
				.map((done) -> done.configurationId().orElseThrow()))
			.then(() -> this.time.advanceTimeBy(Duration.ofMinutes(1)))
			.expectNext("cfg_202")
			.expectComplete()
			.verify(MAX_WAIT);
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"status\": \"COMPLETED\"}", "{\"status\": \"COMPLETED\", \"related\": null}",
			"{\"status\": \"COMPLETED\", \"related\": {\"configurationId\": null}}",
			"{\"status\": \"COMPLETED\", \"related\": {\"configurationId\": \"\"}}" })
	void awaitWhenPollsOmitIdReturnsIdOfTheWrite(String body) {
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.json(body));
		List<Operation> ends = new ArrayList<>();
		this.template.await(accepted(Map.of("configurationId", "cfg_202"))).subscribe(ends::add);
		this.time.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(ends).singleElement()
			.satisfies((end) -> assertThat(end.related()).containsOnly(Map.entry("configurationId", "cfg_202")));
	}

	@Test
	void awaitWhenPollAndWriteDisagreeReturnsIdOfThePoll() {
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		List<Operation> ends = new ArrayList<>();
		this.template.await(accepted(Map.of("configurationId", "cfg_202", "conversationId", "conv_202")))
			.subscribe(ends::add);
		this.time.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(ends).singleElement()
			.satisfies((end) -> assertThat(end.related()).containsOnly(Map.entry("configurationId", "cfg_1"),
					Map.entry("conversationId", "conv_202")));
	}

	@Test
	void awaitWhenOperationFailsCarriesIdsOfTheWrite() {
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.json("{\"status\": \"FAILED\"}"));
		StepVerifier.create(this.template.await(accepted(Map.of("configurationId", "cfg_202"))))
			.then(() -> this.time.advanceTimeBy(Duration.ofMinutes(1)))
			.expectErrorSatisfies((ex) -> assertThat(ex).isInstanceOfSatisfying(OperationFailedException.class,
					(failed) -> assertThat(failed.getOperation().configurationId()).contains("cfg_202")))
			.verify(MAX_WAIT);
	}

	@Test
	void awaitWhenDeadlinePassesCarriesIdsOfTheWrite() {
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.json("{\"status\": \"RUNNING\"}"));
		Duration timeout = Duration.ofMinutes(1);
		StepVerifier.create(this.template.await(accepted(Map.of("configurationId", "cfg_202")), timeout))
			.then(() -> this.time.advanceTimeBy(timeout.plusMillis(1)))
			.expectErrorSatisfies((ex) -> assertThat(ex).isInstanceOfSatisfying(OperationTimeoutException.class,
					(late) -> assertThat(late.getLastSeen()).isNotNull()
						.satisfies((seen) -> assertThat(seen.configurationId()).contains("cfg_202"))))
			.verify(MAX_WAIT);
	}

	@Test
	void watchWhenPollsOmitIdsEmitsThemWithEachChange() {
		this.endpoint.script("op", List.of(ScriptedEndpoint.json("{\"status\": \"PENDING\"}"),
				ScriptedEndpoint.json("{\"status\": \"RUNNING\"}"), ScriptedEndpoint.json("{\"status\": \"FAILED\"}")));
		List<Operation> seen = new ArrayList<>();
		this.template.watch(accepted(Map.of("configurationId", "cfg_202"))).subscribe(seen::add);
		this.time.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(seen).extracting(Operation::status)
			.containsExactly(OperationStatus.PENDING, OperationStatus.RUNNING, OperationStatus.FAILED);
		assertThat(seen).allSatisfy((change) -> assertThat(change.configurationId()).contains("cfg_202"));
	}

	@Test
	void waitsWhenTheyShareAPollReturnIdsOfTheirOwnWrites() {
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.json("{\"status\": \"COMPLETED\"}"));
		List<Map<String, String>> ends = new ArrayList<>();
		this.template.await("op").map(Operation::related).subscribe(ends::add);
		this.template.await(accepted(Map.of("a", "1"))).map(Operation::related).subscribe(ends::add);
		this.template.watch(accepted(Map.of("b", "2"))).map(Operation::related).subscribe(ends::add);
		this.time.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(this.endpoint.polls("op")).isOne();
		assertThat(ends).containsExactlyInAnyOrder(Map.of(), Map.of("a", "1"), Map.of("b", "2"));
	}

	private static AcceptedOperation accepted(Map<String, String> related) {
		return new AcceptedOperation("op", null, null, related);
	}

}
