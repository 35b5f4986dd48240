package io.operations.sample;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.operations.test.Fault;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "sample.tour.enabled=false")
class SampleApplicationTests {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static final ParameterizedTypeReference<ServerSentEvent<Map<String, Object>>> EVENT = new ParameterizedTypeReference<>() {
	};

	@Autowired
	private OperationsSimulator simulator;

	@LocalServerPort
	private int port;

	private WebClient client;

	@BeforeEach
	void resetSimulator() {
		this.simulator.reset();
		this.client = WebClient.create("http://localhost:" + this.port);
	}

	@Test
	void writeIsAnsweredWithWhereToLook() {
		ResponseEntity<String> answer = exchange(this.client.post().uri("/configurations").bodyValue(Map.of("a", "b")));
		assertThat(answer.getStatusCode().value()).isEqualTo(202);
		assertThat(answer.getHeaders().getFirst(HttpHeaders.LOCATION)).startsWith("/operations/proc_job_");
		assertThat(answer.getBody()).contains("configurationId");
	}

	@Test
	void rootPageLeadsToThePageAndTheEndpoints() {
		ResponseEntity<String> root = exchange(this.client.get().uri("/"));
		assertThat(root.getStatusCode().value()).isEqualTo(200);
		assertThat(root.getHeaders().getContentType()).hasToString("text/html");
		assertThat(root.getBody()).contains("Start an operation", "src=\"actuator/operationsui#/operations\"");
		for (String link : List.of("sample.js", "sample.css", "actuator/operationsui", "actuator/operationsui/page.js",
				"actuator/health", "actuator/metrics", "actuator/operations")) {
			assertThat(exchange(this.client.get().uri("/" + link)).getStatusCode().value()).as(link).isEqualTo(200);
		}
	}

	@Test
	void campaignIsAnsweredWithWhereToLookAndEndsThere() {
		ResponseEntity<String> answer = exchange(this.client.post().uri("/campaigns").bodyValue(Map.of("a", "b")));
		assertThat(answer.getStatusCode().value()).isEqualTo(202);
		assertThat(location(answer)).startsWith("/operations/").endsWith("?client=campaigns");
		ResponseEntity<String> done = exchange(this.client.get().uri(location(answer) + "&wait=30s"));
		assertThat(done.getStatusCode().value()).isEqualTo(200);
		// The server sends no status URL.
		assertThat(done.getBody()).contains("COMPLETED").doesNotContain("statusUrl");
	}

	@Test
	void unknownClientIsABadRequestThatListsTheClients() {
		ResponseEntity<String> answer = exchange(this.client.get().uri("/operations/x?client=other"));
		assertThat(answer.getStatusCode().value()).isEqualTo(400);
		assertThat(answer.getBody()).contains("operations, campaigns");
	}

	@Test
	void deletionIsAnsweredWithWhereToLook() {
		ResponseEntity<String> answer = exchange(this.client.delete().uri("/conversations/conv_1"));
		assertThat(answer.getStatusCode().value()).isEqualTo(202);
		assertThat(exchange(this.client.get().uri(location(answer))).getBody())
			.contains("\"conversationId\":\"conv_1\"");
	}

	@Test
	void longPollIsAnsweredWithTheFinishedOperation() {
		String id = this.simulator.accept(OperationScript.failed().running(Duration.ofMillis(300)));
		ResponseEntity<String> answer = exchange(this.client.get().uri("/operations/" + id + "?wait=30s"));
		assertThat(answer.getStatusCode().value()).isEqualTo(200);
		assertThat(answer.getBody()).contains("FAILED");
	}

	@Test
	void longPollThatEndsFirstIsAnsweredWithTheOperationAsLastSeen() {
		String id = this.simulator.accept(OperationScript.completed().running(Duration.ofMinutes(5)));
		ResponseEntity<String> answer = exchange(this.client.get().uri("/operations/" + id + "?wait=2s"));
		assertThat(answer.getStatusCode().value()).isEqualTo(202);
		assertThat(answer.getBody()).contains("RUNNING");
	}

	@ParameterizedTest
	@ValueSource(strings = { "0s", "-1s", "2m", "soon" })
	void waitOutOfRangeIsABadRequest(String wait) {
		ResponseEntity<String> answer = exchange(this.client.get().uri("/operations/x?wait=" + wait));
		assertThat(answer.getStatusCode().value()).isEqualTo(400);
		assertThat(answer.getHeaders().getContentType()).hasToString("application/problem+json");
	}

	@Test
	void eventsTellEachStatusOnceAndEnd() {
		String id = this.simulator
			.accept(OperationScript.completed().pending(Duration.ofSeconds(2)).running(Duration.ofSeconds(2)));
		StepVerifier
			.create(this.client.get()
				.uri("/operations/" + id + "/events")
				.retrieve()
				.bodyToFlux(EVENT)
				.map((event) -> String.valueOf(Objects.requireNonNull(event.data()).get("status"))))
			.expectNext("PENDING", "RUNNING", "COMPLETED")
			.expectComplete()
			.verify(LIMIT);
	}

	@Test
	void eventsThatCannotBeginAreAProblem() {
		ResponseEntity<String> answer = exchange(this.client.get()
			.uri("/operations/unknown/events")
			.accept(MediaType.TEXT_EVENT_STREAM, MediaType.APPLICATION_PROBLEM_JSON));
		assertThat(answer.getStatusCode().value()).isEqualTo(404);
		assertThat(answer.getHeaders().getContentType()).hasToString("application/problem+json");
	}

	@Test
	void eventsThatCannotGoOnEndWithAProblem() {
		String id = this.simulator.accept(OperationScript.completed().running(Duration.ofMinutes(5)));
		StepVerifier.create(this.client.get().uri("/operations/" + id + "/events").retrieve().bodyToFlux(EVENT))
			.assertNext((event) -> {
				assertThat(event.event()).isNull();
				this.simulator.fault(id, 1, Fault.status(400));
			})
			.assertNext((event) -> {
				assertThat(event.event()).isEqualTo("problem");
				assertThat(event.data()).containsEntry("status", 400).containsKey("requestId");
			})
			.expectComplete()
			.verify(LIMIT);
	}

	@Test
	void throttledCallerIsToldWhenToComeBack() {
		String id = this.simulator.accept(OperationScript.completed());
		this.simulator.fault(id, 1, Fault.throttled(Duration.ofMinutes(10)));
		ResponseEntity<String> answer = exchange(this.client.get().uri("/operations/" + id));
		assertThat(answer.getStatusCode().value()).isEqualTo(503);
		assertThat(answer.getHeaders().getFirst(HttpHeaders.RETRY_AFTER)).isEqualTo("600");
	}

	@Test
	void unknownOperationIsAProblem() {
		ResponseEntity<String> answer = exchange(this.client.get().uri("/operations/unknown"));
		assertThat(answer.getStatusCode().value()).isEqualTo(404);
		assertThat(answer.getHeaders().getContentType()).hasToString("application/problem+json");
		assertThat(answer.getBody()).contains("requestId");
	}

	@Test
	void endpointThatStaysAwayIsAProblemAndCostsThreeRequests() {
		String id = this.simulator.accept(OperationScript.completed());
		this.simulator.fault(id, 10, Fault.unavailable());
		assertThat(exchange(this.client.get().uri("/operations/" + id)).getStatusCode().value()).isEqualTo(503);
		assertThat(this.simulator.requestCount(id)).isEqualTo(3);
	}

	@Test
	void healthTellsOfTheClient() {
		exchange(this.client.get().uri("/operations/unknown"));
		assertThat(exchange(this.client.get().uri("/actuator/health")).getBody())
			.contains("\"operations\":{\"details\":{\"client\":\"operations\"", "lastSuccess");
	}

	private static ResponseEntity<String> exchange(WebClient.RequestHeadersSpec<?> request) {
		ResponseEntity<String> answer = request.retrieve()
			.onStatus((status) -> true, (response) -> Mono.empty())
			.toEntity(String.class)
			.block(LIMIT);
		return Objects.requireNonNull(answer);
	}

	private static String location(ResponseEntity<String> answer) {
		return Objects.requireNonNull(answer.getHeaders().getFirst(HttpHeaders.LOCATION));
	}

}
