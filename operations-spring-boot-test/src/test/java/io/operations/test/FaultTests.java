package io.operations.test;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class FaultTests {

	private final OperationsSimulator simulator = OperationsSimulator.start();

	private final SimulatorClient client = new SimulatorClient(this.simulator);

	private final String id = this.simulator.accept(OperationScript.endingAs("RUNNING"));

	@AfterEach
	void close() {
		this.simulator.close();
	}

	@Test
	void throttlesWithoutRetryAfter() {
		HttpResponse<String> response = pollWith(Fault.throttled());
		assertError(response, 429, 20429);
		assertThat(response.headers().firstValue("Retry-After")).isEmpty();
	}

	@Test
	void throttlesWithRetryAfterInWholeSeconds() {
		HttpResponse<String> response = pollWith(Fault.throttled(Duration.ofMillis(1500)));
		assertError(response, 429, 20429);
		assertThat(SimulatorClient.header(response, "Retry-After")).isEqualTo("2");
	}

	@Test
	void isUnavailable() {
		HttpResponse<String> response = pollWith(Fault.unavailable());
		assertError(response, 503, 20503);
		assertThat(response.headers().firstValue("Retry-After")).isEmpty();
	}

	@Test
	void isUnavailableWithRetryAfter() {
		HttpResponse<String> response = pollWith(Fault.unavailable(Duration.ZERO));
		assertError(response, 503, 20503);
		assertThat(SimulatorClient.header(response, "Retry-After")).isEqualTo("0");
	}

	@Test
	void failsAtTheServer() {
		assertError(pollWith(Fault.serverError()), 500, 20500);
	}

	@ParameterizedTest
	@ValueSource(ints = { 400, 403, 502, 504 })
	void answersWithAnyErrorStatus(int status) {
		assertError(pollWith(Fault.status(status)), status, 20000 + status);
	}

	@Test
	void sendsHtml() {
		HttpResponse<String> response = pollWith(Fault.html());
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(SimulatorClient.header(response, "Content-Type")).startsWith("text/html");
		assertThat(response.body()).startsWith("<!DOCTYPE html>");
	}

	@Test
	void truncatesTheJson() {
		int whole = this.client.poll(this.id).body().length();
		HttpResponse<String> response = pollWith(Fault.truncated());
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.body()).startsWith("{\"operationId\"").hasSize(whole / 2);
	}

	@Test
	void cutsTheConnectionInMidBody() {
		this.simulator.fault(1, Fault.cutOff());
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> this.client.pollChecked(this.id))
			.withMessageContaining("fixed content-length");
		assertUnspoilt();
		assertThat(this.simulator.requestCount()).isEqualTo(2);
	}

	@Test
	void dropsTheConnection() {
		// More than one, because the JDK's client repeats a dropped GET by itself.
		this.simulator.fault(100, Fault.dropped());
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> this.client.pollChecked(this.id));
		this.simulator.clearFaults();
		assertUnspoilt();
	}

	@Test
	void delaysTheAnswer() {
		long start = System.nanoTime();
		HttpResponse<String> response = pollWith(Fault.delayed(Duration.ofMillis(200)));
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(200));
		assertThat(response.statusCode()).isEqualTo(200);
	}

	@Test
	@Timeout(20)
	void delayedAnswersDelayNeitherOthersNorTheClose() {
		this.simulator.fault("slow", Integer.MAX_VALUE, Fault.delayed(Duration.ofMinutes(2)));
		List<CompletableFuture<HttpResponse<String>>> slow = Stream.generate(() -> this.client.pollAsync("slow"))
			.limit(100)
			.toList();
		while (this.simulator.requestCount("slow") < slow.size()) {
			Thread.onSpinWait();
		}
		assertUnspoilt();
		assertThat(slow).noneMatch(CompletableFuture::isDone);
		assertThat(CompletableFuture.runAsync(this.simulator::close)).succeedsWithin(5, TimeUnit.SECONDS);
		// A server that stops may still send an error over a connection that it closes.
		assertThat(slow).filteredOn((response) -> response.isDone() && !response.isCompletedExceptionally())
			.noneMatch((response) -> response.join().statusCode() == 200);
	}

	@Test
	void faultsArePlayedInTheirOrder() {
		this.simulator.fault(2, Fault.throttled());
		this.simulator.fault(1, Fault.unavailable());
		assertThat(this.client.poll(this.id).statusCode()).isEqualTo(429);
		assertThat(this.client.poll("unknown").statusCode()).isEqualTo(429);
		assertThat(this.client.poll(this.id).statusCode()).isEqualTo(503);
		assertUnspoilt();
	}

	@Test
	void faultsOfOneIdDoNotAffectOthers() {
		this.simulator.fault("other", 1, Fault.serverError());
		assertUnspoilt();
		assertThat(this.client.poll("other").statusCode()).isEqualTo(500);
		assertThat(this.client.poll("other").statusCode()).isEqualTo(404);
	}

	@Test
	void writesAndRefusedRequestsUseUpNoFault() {
		this.simulator.fault(1, Fault.serverError());
		assertThat(this.client.send("POST", "/v2/ControlPlane/Configurations").statusCode()).isEqualTo(202);
		assertThat(this.client.send("GET", SimulatorClient.OPERATIONS + this.id, "Basic none").statusCode())
			.isEqualTo(401);
		assertThat(this.client.poll(this.id).statusCode()).isEqualTo(500);
	}

	@Test
	void outageLastsUntilFaultsAreCleared() {
		this.simulator.fault(Integer.MAX_VALUE, Fault.unavailable());
		assertThat(this.client.poll(this.id).statusCode()).isEqualTo(503);
		assertThat(this.client.poll(this.id).statusCode()).isEqualTo(503);
		this.simulator.clearFaults();
		assertUnspoilt();
	}

	@Test
	void optionsOutOfRangeAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> Fault.status(200)).withMessageContaining("200");
		assertThatIllegalArgumentException().isThrownBy(() -> Fault.throttled(Duration.ofSeconds(-1)));
		assertThatIllegalArgumentException().isThrownBy(() -> Fault.unavailable(Duration.ofSeconds(-1)));
		assertThatIllegalArgumentException().isThrownBy(() -> Fault.delayed(Duration.ofSeconds(-1)));
		assertThatIllegalArgumentException().isThrownBy(() -> Fault.delayed(Duration.ofSeconds(121)))
			.withMessage("'delay' must be at most 2m, not 121s");
	}

	@Test
	void describesItself() {
		assertThat(Fault.throttled()).hasToString("Fault[429]");
		assertThat(Fault.cutOff()).hasToString("Fault[cut off]");
	}

	private HttpResponse<String> pollWith(Fault fault) {
		this.simulator.fault(1, fault);
		HttpResponse<String> response = this.client.poll(this.id);
		assertUnspoilt();
		return response;
	}

	private void assertUnspoilt() {
		assertThat(this.client.poll(this.id).statusCode()).isEqualTo(200);
	}

	private static void assertError(HttpResponse<String> response, int status, int code) {
		assertThat(response.statusCode()).isEqualTo(status);
		assertThat(SimulatorClient.json(response)).containsEntry("status", status).containsEntry("code", code);
		assertThat(SimulatorClient.header(response, "Twilio-Request-Id")).isNotEmpty();
		assertThat(SimulatorClient.header(response, "Date")).isNotEmpty();
	}

}
