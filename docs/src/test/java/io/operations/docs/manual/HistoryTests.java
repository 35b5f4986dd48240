package io.operations.docs.manual;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import io.operations.test.Fault;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import io.operations.test.autoconfigure.AutoConfigureOperationsSimulator;
import io.operations.tracking.OperationOutcomeHandler;
import io.operations.tracking.OperationTracker;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What an operator reads of one operation: the example of the manual, over a real port.
 */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
		properties = { "management.endpoints.web.exposure.include=operations", "operations.polling.min-interval=50ms",
				"operations.tracking.delivery.max-attempts=1" })
@AutoConfigureOperationsSimulator
class HistoryTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	@LocalServerPort
	int port;

	@Autowired
	OperationTracker tracker;

	@Autowired
	OperationsSimulator simulator;

	@Test
	void historyShowsPollsThrottledPollStatusesAndFailedDelivery() {
		// An operation of the kind has ended before.
		String before = this.simulator.accept(OperationScript.completed());
		this.tracker.track(before, Map.of()).block(MAX_WAIT);
		await().atMost(MAX_WAIT).until(() -> get(before).path("state").asString().equals("UNDELIVERED"));
		String id = this.simulator.accept(OperationScript.completed().pending(Duration.ofHours(1)));
		this.simulator.fault(id, 1, Fault.throttled(Duration.ofSeconds(1)));
		this.tracker.track(id, Map.of()).block(MAX_WAIT);
		await().atMost(MAX_WAIT).until(() -> of(get(id).path("history"), "status", "status").contains("PENDING"));
		this.simulator.advance(Duration.ofHours(2));
		await().atMost(MAX_WAIT).until(() -> get(id).path("state").asString().equals("UNDELIVERED"));
		JsonNode shown = get(id);
		assertThat(shown.path("id").asString()).isEqualTo(id);
		JsonNode history = shown.path("history");
		assertThat(of(history, "poll", "outcome")).startsWith("throttled").endsWith("success");
		assertThat(of(history, "poll", "fault").get(0)).startsWith("HTTP 429");
		assertThat(Duration.parse(of(history, "poll", "delay").get(0))).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
		assertThat(of(history, "status", "status")).startsWith("PENDING").endsWith("COMPLETED");
		assertThat(of(history, "delivery", "outcome")).containsExactly("error");
		assertThat(of(history, "delivery", "fault")).containsExactly("java.lang.IllegalStateException");
		assertThat(times(history)).isSorted();
		assertThat(shown.path("statusSince").asString()).isEqualTo(lastOf(history, "status").path("time").asString());
		assertThat(shown.path("expected").path("points").size()).isEqualTo(32);
		assertThat(shown.path("historyNote").isNull()).isTrue();
		assertThat(shown.has("operation")).isFalse();
	}

	private static List<String> of(JsonNode history, String event, String field) {
		return history.valueStream()
			.filter((each) -> each.path("event").asString().equals(event))
			.map((each) -> each.path(field).asString(""))
			.toList();
	}

	private static JsonNode lastOf(JsonNode history, String event) {
		return history.valueStream()
			.filter((each) -> each.path("event").asString().equals(event))
			.reduce((one, other) -> other)
			.orElseThrow();
	}

	private static List<Instant> times(JsonNode history) {
		return history.valueStream().map((each) -> Instant.parse(each.path("time").asString())).toList();
	}

	private JsonNode get(String id) {
		HttpRequest request = HttpRequest
			.newBuilder(URI.create("http://localhost:" + this.port + "/actuator/operations/" + id))
			.timeout(MAX_WAIT)
			.build();
		try {
			return JsonMapper.shared()
				.readTree(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		OperationOutcomeHandler handler() {
			return (outcome) -> {
				throw new IllegalStateException("no room for " + outcome.operationId());
			};
		}

	}

}
