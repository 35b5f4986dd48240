package io.operations.test;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import io.operations.BasicCredentials;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class OperationsSimulatorTests {

	private static final String CONFIGURATIONS = "/v2/ControlPlane/Configurations";

	private static final String ID = "proc_job_[0-9a-z]{26}";

	private final MutableClock clock = new MutableClock();

	private final OperationsSimulator simulator = OperationsSimulator.builder().clock(this.clock).start();

	private final SimulatorClient client = new SimulatorClient(this.simulator);

	@AfterEach
	void close() {
		this.simulator.close();
	}

	@Test
	void creatingAConfigurationIsAccepted() {
		HttpResponse<String> response = this.client.send("POST", CONFIGURATIONS);
		assertThat(response.statusCode()).isEqualTo(202);
		String id = SimulatorClient.header(response, "Operation-Id");
		assertThat(id).matches(ID);
		String statusUrl = this.simulator.baseUrl() + SimulatorClient.OPERATIONS + id;
		assertThat(SimulatorClient.header(response, "Location")).isEqualTo(statusUrl);
		assertThat(response.headers().firstValue("Retry-After")).isEmpty();
		assertThat(SimulatorClient.header(response, "Content-Type")).isEqualTo("application/json");
		assertThat(SimulatorClient.json(response)).containsOnlyKeys("statusUrl", "related")
			.containsEntry("statusUrl", statusUrl);
		assertThat(relatedIds(response)).containsOnlyKeys("configurationId")
			.hasEntrySatisfying("configurationId",
					(value) -> assertThat(value).matches("cfg_configuration_[0-9a-z]{26}"));
		assertThat(this.client.operation(id)).containsEntry("operationId", id)
			.containsEntry("related", relatedIds(response));
	}

	@ParameterizedTest
	@ValueSource(strings = { "PUT", "PATCH", "DELETE" })
	void changingAConfigurationIsAccepted(String method) {
		HttpResponse<String> response = this.client.send(method, CONFIGURATIONS + "/cfg%2F1");
		assertThat(response.statusCode()).isEqualTo(202);
		assertThat(relatedIds(response)).isEqualTo(Map.of("configurationId", "cfg/1"));
	}

	@Test
	void deletingAConversationIsAccepted() {
		HttpResponse<String> response = this.client.send("DELETE", "/v2/Conversations/conv_1?force=true");
		assertThat(response.statusCode()).isEqualTo(202);
		assertThat(relatedIds(response)).isEqualTo(Map.of("conversationId", "conv_1"));
	}

	@SuppressWarnings("unchecked")
	private static Map<String, String> relatedIds(HttpResponse<String> response) {
		return (Map<String, String>) Objects.requireNonNull(SimulatorClient.json(response).get("related"));
	}

	@Test
	void nextScriptsGoToTheNextWritesInTurn() {
		this.simulator.nextScript(OperationScript.endingAs("ONE").pending(Duration.ZERO).running(Duration.ZERO));
		this.simulator.nextScript(OperationScript.endingAs("TWO")
			.pending(Duration.ZERO)
			.running(Duration.ZERO)
			.retryAfter(Duration.ofMillis(1001)));
		HttpResponse<String> first = this.client.send("POST", CONFIGURATIONS);
		HttpResponse<String> second = this.client.send("POST", CONFIGURATIONS);
		HttpResponse<String> third = this.client.send("POST", CONFIGURATIONS);
		assertThat(this.client.status(SimulatorClient.header(first, "Operation-Id"))).isEqualTo("ONE");
		assertThat(this.client.status(SimulatorClient.header(second, "Operation-Id"))).isEqualTo("TWO");
		assertThat(SimulatorClient.header(second, "Retry-After")).isEqualTo("2");
		assertThat(this.client.status(SimulatorClient.header(third, "Operation-Id"))).isEqualTo("PENDING");
	}

	@Test
	void defaultScriptCanBeChangedUntilTheNextReset() {
		this.simulator.defaultScript(OperationScript.completed().retryAfter(Duration.ofSeconds(5)));
		assertThat(SimulatorClient.header(this.client.send("POST", CONFIGURATIONS), "Retry-After")).isEqualTo("5");
		this.simulator.reset();
		assertThat(this.client.send("POST", CONFIGURATIONS).headers().firstValue("Retry-After")).isEmpty();
	}

	@Test
	void answersCarryDateAndRequestId() {
		HttpResponse<String> response = this.client.poll(this.simulator.accept(OperationScript.completed()));
		assertThat(SimulatorClient.header(response, "Date")).isEqualTo("Sun, 05 Jan 2025 10:30:00 GMT");
		assertThat(SimulatorClient.header(response, "Twilio-Request-Id")).matches("RQ[0-9a-f]{32}");
		assertThat(response.headers().firstValue("Content-Encoding")).isEmpty();
		assertThat(response.headers().firstValue("Transfer-Encoding")).isEmpty();
		assertThat(SimulatorClient.header(response, "Content-Length"))
			.isEqualTo(Integer.toString(response.body().length()));
	}

	@Test
	void wrongCredentialsAreRefused() {
		String wrong = new BasicCredentials(this.simulator.username(), "other").authorization();
		HttpResponse<String> response = this.client.send("POST", CONFIGURATIONS, wrong);
		assertThat(response.statusCode()).isEqualTo(401);
		assertThat(SimulatorClient.json(response)).containsEntry("code", 20003).containsEntry("status", 401);
		assertThat(this.client.send("GET", SimulatorClient.OPERATIONS + "any", wrong).statusCode()).isEqualTo(401);
	}

	@Test
	void absentCredentialsAreRefused() {
		URI uri = URI.create(this.simulator.baseUrl() + SimulatorClient.OPERATIONS + "any");
		assertThat(this.client.send(HttpRequest.newBuilder(uri).build()).statusCode()).isEqualTo(401);
	}

	@Test
	void credentialsCanBeSet() {
		try (OperationsSimulator other = OperationsSimulator.builder().credentials("SKé", "pässword").start()) {
			assertThat(other.username()).isEqualTo("SKé");
			assertThat(other.password()).isEqualTo("pässword");
			assertThat(new SimulatorClient(other).send("POST", CONFIGURATIONS).statusCode()).isEqualTo(202);
			assertThat(other).asString().doesNotContain("pässword");
			String defaults = new BasicCredentials(OperationsSimulator.DEFAULT_USERNAME,
					OperationsSimulator.DEFAULT_PASSWORD)
				.authorization();
			assertThat(new SimulatorClient(other).send("POST", CONFIGURATIONS, defaults).statusCode()).isEqualTo(401);
		}
	}

	@Test
	void unknownIdIsNotFound() {
		HttpResponse<String> response = this.client.poll("proc_job_unknown");
		assertThat(response.statusCode()).isEqualTo(404);
		assertThat(SimulatorClient.json(response)).containsEntry("code", 20404)
			.containsEntry("status", 404)
			.containsKeys("message", "more_info");
		assertThat(response.headers().firstValue("Twilio-Request-Id")).isPresent();
	}

	@ParameterizedTest
	@CsvSource({ "GET,/v2/ControlPlane/Configurations,405", "GET,/v2/ControlPlane/Configurations/a,405",
			"GET,/v2/Conversations/a,405", "DELETE,/v2/ControlPlane/Operations/a,405", "GET,/,404",
			"GET,/v2/ControlPlane/Operations/a/b,404", "GET,/v2/ControlPlane/Operations/,404",
			"GET,/__admin/mappings,401" })
	void requestWhenItIsNotSimulatedIsRefused(String method, String path, int status) {
		assertThat(this.client.send(method, path).statusCode()).isEqualTo(status);
		assertThat(this.simulator.requestCount()).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "../../v1/x", "a/b?c=d#e", "%2e%2e", "é ü", "{x}", "a+b;c=d", "/", "\u6f22\ud83d\ude00" })
	void idIsOneDecodedPathSegment(String id) {
		assertThat(this.simulator.accept(id, OperationScript.completed())).isEqualTo(id);
		Map<String, @Nullable Object> operation = this.client.operation(id);
		assertThat(operation).containsEntry("operationId", id);
		assertThat(this.simulator.requestCount(id)).isOne();
		String statusUrl = String.valueOf(operation.get("statusUrl"));
		assertThat(statusUrl).startsWith(this.simulator.baseUrl());
		assertThat(this.client.send("GET", URI.create(statusUrl).getRawPath()).statusCode()).isEqualTo(200);
		assertThat(this.simulator.requestCount(id)).isEqualTo(2);
	}

	@Test
	void acceptedOperationIsRelatedToAConfiguration() {
		String id = this.simulator.accept(OperationScript.completed());
		assertThat(id).matches(ID);
		assertThat(this.client.operation(id).get("related")).asString()
			.matches("\\{configurationId=cfg_configuration_[0-9a-z]{26}}");
	}

	@Test
	void requestsAreCountedInAllAndById() {
		String id = this.simulator.accept(OperationScript.completed());
		this.simulator.fault(1, Fault.serverError());
		this.client.poll(id);
		this.client.poll(id);
		this.client.send("GET", SimulatorClient.OPERATIONS + id, "Basic none");
		this.client.poll("other");
		this.client.send("POST", CONFIGURATIONS);
		assertThat(this.simulator.requestCount()).isEqualTo(4);
		assertThat(this.simulator.requestCount(id)).isEqualTo(3);
		assertThat(this.simulator.requestCount("other")).isOne();
		assertThat(this.simulator.requestCount("never asked for")).isZero();
	}

	@Test
	void resetForgetsEverything() {
		String id = this.simulator.accept(OperationScript.completed());
		this.client.poll(id);
		this.simulator.fault(1, Fault.serverError());
		this.simulator.nextScript(OperationScript.completed().retryAfter(Duration.ofSeconds(1)));
		this.simulator.reset();
		assertThat(this.simulator.requestCount()).isZero();
		assertThat(this.simulator.requestCount(id)).isZero();
		assertThat(this.client.poll(id).statusCode()).isEqualTo(404);
		assertThat(this.client.send("POST", CONFIGURATIONS).headers().firstValue("Retry-After")).isEmpty();
	}

	@Test
	void writeWhenFullReplacesTheOldestEndedOperation() {
		try (OperationsSimulator small = OperationsSimulator.builder().clock(this.clock).maxOperations(3).start()) {
			SimulatorClient client = new SimulatorClient(small);
			OperationScript endless = OperationScript.endingAs("RUNNING");
			small.accept("endless", endless);
			small.accept("first", OperationScript.completed());
			small.accept("second", OperationScript.completed());
			assertThat(client.send("POST", CONFIGURATIONS).statusCode()).isEqualTo(503);
			assertThatIllegalStateException().isThrownBy(() -> small.accept(endless))
				.withMessage(
						"The simulator is full: none of its operations has ended. Raise maxOperations, or call reset().");
			this.clock.advance(Duration.ofSeconds(1));
			assertThat(client.send("POST", CONFIGURATIONS).statusCode()).isEqualTo(202);
			assertThat(client.poll("first").statusCode()).isEqualTo(404);
			assertThat(client.poll("second").statusCode()).isEqualTo(200);
			assertThat(client.poll("endless").statusCode()).isEqualTo(200);
			small.accept("endless", endless);
			assertThat(client.poll("second").statusCode()).isEqualTo(200);
		}
	}

	@Test
	void countsOfIdsAreBounded() {
		Traffic traffic = new Traffic();
		IntStream.rangeClosed(0, Traffic.MAXIMUM_COUNTED_IDS).forEach((id) -> traffic.count("id" + id));
		assertThat(traffic.requests("id0")).isZero();
		assertThat(traffic.requests("id1")).isOne();
		assertThat(traffic.requests()).isEqualTo(Traffic.MAXIMUM_COUNTED_IDS + 1);
	}

	@Test
	void manyPollsAtOnceAreAnswered() throws Exception {
		String id = this.simulator.accept(OperationScript.completed());
		ExecutorService threads = Executors.newFixedThreadPool(32);
		try {
			for (Future<HttpResponse<String>> response : IntStream.range(0, 2000)
				.mapToObj((i) -> threads.submit(() -> this.client.poll(id)))
				.toList()) {
				assertThat(response.get().statusCode()).isEqualTo(200);
			}
		}
		finally {
			threads.shutdownNow();
		}
		assertThat(this.simulator.requestCount(id)).isEqualTo(2000);
	}

	@Test
	void listensOnLoopbackOnly() {
		assertThat(URI.create(this.simulator.baseUrl()).getHost()).isEqualTo("127.0.0.1");
	}

	@Test
	void closeFreesThePort() throws IOException {
		this.client.poll("any");
		int port = URI.create(this.simulator.baseUrl()).getPort();
		this.simulator.close();
		this.simulator.close();
		try (OperationsSimulator next = OperationsSimulator.builder().port(port).start()) {
			assertThat(next.baseUrl()).isEqualTo(this.simulator.baseUrl());
			HttpURLConnection connection = (HttpURLConnection) URI.create(next.baseUrl()).toURL().openConnection();
			assertThat(connection.getResponseCode()).isEqualTo(401);
			connection.disconnect();
		}
	}

	@Test
	void startWhenPortIsTakenFailsAndSaysSo() throws IOException {
		try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			assertThatIllegalStateException()
				.isThrownBy(() -> OperationsSimulator.builder().port(taken.getLocalPort()).start())
				.withMessage("The simulator cannot listen on port " + taken.getLocalPort()
						+ ". Choose another port, or 0 for a free one.");
		}
	}

	@Test
	void optionsOutOfRangeAreRefused() {
		OperationsSimulatorBuilder builder = OperationsSimulator.builder();
		assertThatIllegalArgumentException().isThrownBy(() -> builder.port(-1)).withMessageContaining("-1");
		assertThatIllegalArgumentException().isThrownBy(() -> builder.maxOperations(0)).withMessageContaining("0");
		assertThatIllegalArgumentException().isThrownBy(() -> this.simulator.fault(0, Fault.html()))
			.withMessageContaining("0");
		assertThatIllegalArgumentException().isThrownBy(() -> builder.credentials("a:b", "c").start());
		assertThatIllegalArgumentException().isThrownBy(() -> this.simulator.accept("", OperationScript.completed()));
	}

}
