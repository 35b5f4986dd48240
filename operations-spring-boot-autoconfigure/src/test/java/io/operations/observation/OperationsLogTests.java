package io.operations.observation;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationWait;
import io.operations.OperationsCredentials;
import io.operations.OperationsException;
import io.operations.OperationsOverload;
import io.operations.OperationsThrottledException;
import io.operations.TestOperations;
import io.operations.core.OperationsTemplate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an operator reads in the log.
 */
@ExtendWith(OutputCaptureExtension.class)
class OperationsLogTests {

	private static final String LOGGER = "io.operations";

	private final LoggingSystem logging = LoggingSystem.get(getClass().getClassLoader());

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final Deque<Mono<ClientResponse>> answers = new ArrayDeque<>();

	private final OperationsTemplate template = OperationsTemplate
		.builder(WebClient.builder()
			.exchangeFunction((request) -> (this.answers.size() > 1) ? this.answers.pop() : this.answers.element()))
		.credentials(OperationsCredentials.of("SK1", "secret"))
		.scheduler(this.time)
		.listener(new OperationsLog(this.time))
		.build();

	@BeforeEach
	void logEverything() {
		this.logging.setLogLevel(LOGGER, LogLevel.DEBUG);
	}

	@AfterEach
	void close() {
		this.template.close();
		this.logging.setLogLevel(LOGGER, null);
	}

	@Test
	void eachPollIsOneDebugLineWithIdStatusAndRequestId(CapturedOutput output) {
		answers("PENDING", "RUNNING", "COMPLETED");
		await("op-1", Duration.ofMinutes(5));
		assertThat(lines(output, "DEBUG")).hasSize(3)
			.allMatch((line) -> line.contains("'op-1'") && line.contains("Twilio-Request-Id: RQ-"));
		assertThat(lines(output, "DEBUG").get(0)).contains("PENDING", "RQ-PENDING");
		assertThat(lines(output, "INFO")).isEmpty();
		assertThat(lines(output, "WARN")).isEmpty();
	}

	@Test
	void eachPollThatFailsIsOneDebugLineWithIdAndRequestId(CapturedOutput output) {
		answers("503", "COMPLETED");
		await("op-1", Duration.ofMinutes(5));
		assertThat(lines(output, "DEBUG")).hasSize(2)
			.first()
			.asString()
			.endsWith("[operations] The request for operation 'op-1' failed: HTTP 503 (Twilio-Request-Id: RQ-503).");
		assertThat(lines(output, "INFO")).isEmpty();
	}

	@Test
	void waitForAnOperationThatFailsIsOneInfoLineWithIdProblemAndRequestId(CapturedOutput output) {
		answers("RUNNING", "FAILED");
		await("op-1", Duration.ofMinutes(5));
		assertThat(lines(output, "INFO")).singleElement()
			.asString()
			.containsPattern("\\[operations] Operation 'op-1' failed: name in use\\. The wait ended after [\\d.]+ m?s"
					+ " and 2 polls \\(Twilio-Request-Id: RQ-FAILED\\)\\.$");
	}

	@Test
	void waitForAnOperationThatIsCancelledIsOneInfoLine(CapturedOutput output) {
		answers("CANCELLED");
		await("op-1", Duration.ofMinutes(5));
		assertThat(lines(output, "INFO")).singleElement()
			.asString()
			.contains("'op-1' was cancelled", "1 poll", "RQ-CANCELLED")
			.doesNotContain("1 polls", "null");
	}

	@Test
	void waitThatEndsAtItsDeadlineIsOneInfoLineWithIdAndRequestId(CapturedOutput output) {
		answers("RUNNING");
		await("op-1", Duration.ofSeconds(20));
		assertThat(lines(output, "INFO")).singleElement()
			.asString()
			.contains("[operations] The wait for operation 'op-1' timed out after 20 s", "was RUNNING")
			.containsOnlyOnce("op-1")
			.containsOnlyOnce("polls")
			.endsWith(" Last Twilio-Request-Id: RQ-RUNNING.");
	}

	@Test
	void thousandsOfWaitsThatEndAtOnceAreTenInfoLinesAndOneWithTheNumberOfTheOthers(CapturedOutput output) {
		this.logging.setLogLevel(LOGGER, LogLevel.INFO);
		answers("RUNNING");
		for (int i = 0; i < 2000; i++) {
			this.template.await("op-" + i, Duration.ofSeconds(20)).onErrorComplete().subscribe();
		}
		this.time.advanceTimeBy(Duration.ofMillis(20_001));
		assertThat(lines(output, "INFO")).hasSize(10).allMatch((line) -> line.contains("timed out after 20 s"));
		this.time.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(lines(output, "INFO")).hasSize(11)
			.last()
			.asString()
			.contains("[operations] 1990 more waits ended without a completed operation within a second: 1990"
					+ " OperationTimeoutException.", "DEBUG");
		this.time.advanceTimeBy(Duration.ofMinutes(1));
		await("op-later", Duration.ofSeconds(20));
		this.time.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(lines(output, "INFO")).hasSize(12).last().asString().contains("'op-later' timed out");
	}

	@Test
	void waitsWithoutAnInfoLineAreDebugLinesAndTheirReasonsAreCounted(CapturedOutput output) {
		OperationsLog log = new OperationsLog(this.time);
		OperationWait wait = new OperationWait("op-1", null, 1, null, Duration.ofSeconds(3));
		for (int i = 0; i < 20; i++) {
			log.waitEnded("operations", wait, TestOperations.fault(404));
		}
		log.waitEnded("operations", wait, TestOperations.fault(401));
		assertThat(lines(output, "INFO")).hasSize(10);
		assertThat(lines(output, "DEBUG")).hasSize(11).allMatch((line) -> line.contains("The wait ended after 3 s"));
		log.closed("operations");
		assertThat(lines(output, "INFO")).hasSize(11)
			.last()
			.asString()
			.contains("11 more waits", ": 10 OperationNotFoundException, 1 OperationsAuthenticationException. ");
		this.time.advanceTimeBy(Duration.ofSeconds(5));
		assertThat(lines(output, "INFO")).hasSize(11);
	}

	@Test
	void waitsThatEndOneAfterTheOtherAreOneInfoLineEach(CapturedOutput output) {
		answers("404");
		for (int i = 0; i < 30; i++) {
			await("op-" + i, Duration.ofMillis(200));
		}
		assertThat(lines(output, "INFO")).hasSize(30);
	}

	@Test
	void waitThatALastingFaultEndsIsOneInfoLineWithIdAndRequestId(CapturedOutput output) {
		answers("404");
		await("op-1", Duration.ofMinutes(5));
		assertThat(lines(output, "INFO")).singleElement().asString().contains("'op-1'", "HTTP 404", "RQ-404");
	}

	@Test
	void waitThatNobodyIsInterestedInAnyLongerIsNoInfoLine(CapturedOutput output) {
		answers("RUNNING");
		this.template.await("op-1").subscribe().dispose();
		assertThat(lines(output, "INFO")).isEmpty();
		assertThat(lines(output, "DEBUG")).singleElement()
			.asString()
			.contains("All callers cancelled their waits for operation 'op-1'");
	}

	@Test
	void outageIsOneWarningWhenItBeginsAndOneWhenItEnds(CapturedOutput output) {
		answers("503", "503", "503", "503", "503", "503", "503", "503", "COMPLETED");
		await("op-1", Duration.ofMinutes(5));
		assertThat(lines(output, "WARN")).hasSize(2);
		assertThat(lines(output, "WARN").get(0)).contains("The server is unavailable", "HTTP 503", "RQ-503");
		assertThat(lines(output, "WARN").get(1)).containsPattern("answers again, after \\d");
		assertThat(lines(output, "INFO")).isEmpty();
	}

	@Test
	void refusedCredentialsAreOneWarningThatSaysSo(CapturedOutput output) {
		answers("401");
		for (int i = 0; i < 10; i++) {
			this.template.await("op-" + i).onErrorComplete().subscribe();
		}
		this.time.advanceTimeBy(Duration.ofMinutes(2));
		assertThat(lines(output, "WARN")).singleElement()
			.asString()
			.contains("The server rejects the credentials", "HTTP 401", "RQ-401");
	}

	@Test
	void fewFaultsAreNoOutage(CapturedOutput output) {
		answers("503", "503", "RUNNING", "503", "503", "COMPLETED");
		await("op-1", Duration.ofMinutes(5));
		assertThat(lines(output, "WARN")).isEmpty();
	}

	@Test
	void throttlingIsOneWarningWhenItBeginsAndOneWhenItEnds(CapturedOutput output) {
		answers("429", "429", "429", "429", "RUNNING");
		for (int i = 0; i < 10; i++) {
			this.template.await("op-" + i).onErrorComplete().subscribe();
		}
		this.time.advanceTimeBy(Duration.ofMinutes(2));
		assertThat(lines(output, "WARN")).hasSize(2);
		assertThat(lines(output, "WARN").get(0)).contains("'op-", "RQ-429", "operations.rate-limit.max-in-flight");
		assertThat(lines(output, "WARN").get(1)).contains("The throttling is over", "'op-", "RQ-RUNNING");
	}

	@Test
	void linesAreNotForgedByWhatTheServerSends(CapturedOutput output) {
		answers("RUN\\nNING");
		await("op-1", Duration.ofSeconds(2));
		assertThat(output.getAll()).contains("RUN\\u000aNING").doesNotContain("RUN\nNING");
	}

	@Test
	void answerThatComesDuringAPauseIsNotTheEndOfThrottling(CapturedOutput output) {
		OperationsLog log = new OperationsLog();
		OperationSnapshot answer = TestOperations.snapshot("op-1", OperationStatus.RUNNING);
		log.pauseBegan("operations", Duration.ofSeconds(1));
		log.throttled("operations", (OperationsThrottledException) TestOperations.fault(429));
		log.fetched("operations", answer);
		assertThat(lines(output, "WARN")).singleElement().asString().contains("at first for 1 s");
		log.pauseEnded("operations");
		log.fetched("operations", answer);
		log.fetched("operations", answer);
		assertThat(lines(output, "WARN")).hasSize(2).last().asString().contains("The throttling is over");
	}

	@Test
	void pauseOfAnOperatorIsToldApartFromThrottling(CapturedOutput output) {
		OperationsLog log = new OperationsLog();
		log.operatorPauseBegan("operations", Duration.ofMinutes(10));
		log.pauseEnded("operations");
		log.pauseBegan("operations", Duration.ofSeconds(1));
		log.pauseEnded("operations");
		assertThat(lines(output, "WARN")).hasSize(2);
		assertThat(lines(output, "WARN").get(0)).contains("[operations] An operator has paused the client.");
		assertThat(lines(output, "WARN").get(1)).contains("[operations] The pause is over.");
	}

	@Test
	void refusalWithoutAPauseIsNoWarning(CapturedOutput output) {
		answers("RUNNING", "RUNNING", "RUNNING", "RUNNING", "429", "COMPLETED");
		await("op-1", Duration.ofMinutes(5));
		assertThat(lines(output, "WARN")).isEmpty();
		assertThat(lines(output, "DEBUG")).anyMatch((line) -> line.contains("RQ-429"));
	}

	@Test
	void refusalOfOurOwnIsNoWarning(CapturedOutput output) {
		new OperationsLog().throttled("operations", new OperationsThrottledException("full", "op-1", (Duration) null));
		assertThat(lines(output, "WARN")).isEmpty();
	}

	@Test
	void operationThatIsStuckIsOneWarningWithIdStatusAgesAndRequestId(CapturedOutput output) {
		answers("RUNNING");
		this.template.await("op-1", Duration.ofMinutes(9)).onErrorComplete().subscribe();
		this.time.advanceTimeBy(Duration.ofMinutes(8));
		assertThat(lines(output, "WARN")).singleElement()
			.asString()
			.contains("'op-1' is stuck", "RUNNING after 5 min", "longer than 5 min", "RQ-RUNNING");
	}

	@Test
	void overloadIsLoggedWithItsFiguresAndTheSettingsToChange(CapturedOutput output) {
		overload(0, 1);
		assertThat(lines(output, "WARN")).singleElement()
			.asString()
			.contains("6001 waits need some 11 min at 20 polls per second", "10 min",
					"operations.rate-limit.requests-per-second", "raise operations.polling.timeout, start",
					"OperationTracker")
			.doesNotContain("instances", "longer timeouts");
	}

	@Test
	void overloadOfWaitsWithTimeoutsOfTheirOwnNamesTheCalls(CapturedOutput output) {
		overload(6001, 1);
		overload(1, 1);
		assertThat(lines(output, "WARN").get(0)).contains("allows it, pass longer timeouts to the calls, start")
			.doesNotContain("operations.polling.timeout");
		assertThat(lines(output, "WARN").get(1))
			.contains("raise operations.polling.timeout or pass longer timeouts to the calls (1 of the waits has");
	}

	@Test
	void overloadOfAnInstanceThatSharesTheRateSaysSo(CapturedOutput output) {
		overload(0, 3);
		assertThat(lines(output, "WARN")).singleElement().asString().contains("10 min. 3 instances share the rate, so");
	}

	private static void overload(int ownTimeouts, int instances) {
		new OperationsLog().waitsOverloaded("operations", new OperationsOverload(6001, ownTimeouts, 20, instances,
				Duration.ofMinutes(11), Duration.ofMinutes(10)));
	}

	@Test
	void faultThatHasARequestIdIsNotGivenThatOfAnotherPoll(CapturedOutput output) {
		answers("RUNNING", "404");
		await("op-1", Duration.ofMinutes(5));
		assertThat(lines(output, "INFO")).singleElement().asString().contains("RQ-404").doesNotContain("RQ-RUNNING");
	}

	@Test
	void requestIdsAreEscaped(CapturedOutput output) {
		OperationSnapshot answer = TestOperations.snapshot("op-1", OperationStatus.RUNNING);
		new OperationsLog().fetched("operations",
				new OperationSnapshot(answer.operation(), Duration.ofSeconds(7), answer.serverTime(), "RQ\n1", null));
		assertThat(lines(output, "DEBUG")).singleElement().asString().contains("RQ\\u000a1", "retry after 7 s");
		assertThat(output.getAll()).doesNotContain("RQ\n1");
	}

	private void answers(String... answers) {
		for (String answer : answers) {
			this.answers.add(answer.matches("\\d+") ? fault(Integer.parseInt(answer)) : operation(answer));
		}
	}

	private static Mono<ClientResponse> operation(String status) {
		return Mono.fromSupplier(() -> ClientResponse.create(HttpStatusCode.valueOf(200))
			.header("Content-Type", "application/json")
			.header("Twilio-Request-Id", "RQ-" + status)
			.body("{\"status\":\"" + status + "\""
					+ (status.equals("FAILED") ? ",\"error\":{\"title\":\"name in use\"}" : "") + "}")
			.build());
	}

	private static Mono<ClientResponse> fault(int status) {
		return Mono.fromSupplier(() -> ClientResponse.create(HttpStatusCode.valueOf(status))
			.header("Twilio-Request-Id", "RQ-" + status)
			.build());
	}

	private void await(String id, Duration timeout) {
		this.template.await(id, timeout).onErrorComplete(OperationsException.class).subscribe();
		this.time.advanceTimeBy(timeout.plusMillis(1));
	}

	private static List<String> lines(CapturedOutput output, String level) {
		return output.getAll()
			.lines()
			.filter((line) -> line.contains(level) && line.contains(LOGGER) && line.contains("[operations]"))
			.toList();
	}

}
