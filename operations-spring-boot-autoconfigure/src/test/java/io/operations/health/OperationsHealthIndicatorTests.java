package io.operations.health;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.Set;

import io.operations.OperationsCredentials;
import io.operations.OperationsException;
import io.operations.core.OperationsTemplate;
import io.operations.internal.core.TemplateInternals;
import io.operations.resilience.RateLimitSettings;
import io.operations.resilience.RetrySettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.http.HttpStatus;
import org.springframework.util.StringUtils;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests {@link OperationsHealthIndicator}: the health of a client after calls with
 * different results.
 */
class OperationsHealthIndicatorTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	private static final Instant NOW = Instant.parse("2025-01-15T10:30:00Z");

	private final OperationsHealthListener listener = new OperationsHealthListener(Clock.fixed(NOW, ZoneOffset.UTC));

	private Mono<ClientResponse> answer = Mono.error(new IllegalStateException("No answer is set"));

	private int requests;

	private final OperationsTemplate template = OperationsTemplate
		.builder(WebClient.builder().exchangeFunction((request) -> {
			this.requests++;
			return this.answer;
		}))
		.credentials(OperationsCredentials.of("SK1", "secret"))
		.retry(new RetrySettings(1, Duration.ofMillis(1), 1, Duration.ofMillis(1), Duration.ZERO, Set.of()))
		.rateLimit(new RateLimitSettings(1000, 16, 100))
		.listener(this.listener)
		.build();

	@AfterEach
	void close() {
		this.template.close();
	}

	@Test
	void healthBeforeFirstCallIsUnknownAndSendsNothing() {
		Health health = health(false);
		assertThat(health.getStatus()).isEqualTo(Status.UNKNOWN);
		assertThat(health.getDetails()).containsEntry("client", "operations")
			.containsKeys("awaited", "oldestWait", "stuck", "queued", "inFlight")
			.doesNotContainKeys("lastSuccess", "lastFault", "throttledSince");
		assertThat(this.requests).isZero();
	}

	@Test
	void healthAfterASuccessIsUp() {
		fetch(HttpStatus.OK);
		Health health = health(false);
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).containsEntry("lastSuccess", NOW.toString());
	}

	@Test
	void healthAfterNotFoundIsUp() {
		for (int i = 0; i < OperationsHealthIndicator.RUN_OF_FAULTS; i++) {
			fetch(HttpStatus.NOT_FOUND);
		}
		Health health = health(false);
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).containsKey("lastSuccess").doesNotContainKey("lastFault");
	}

	@Test
	void healthWhileThrottledIsUpWithADetail() {
		fetch(HttpStatus.TOO_MANY_REQUESTS);
		Health health = health(false);
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).containsEntry("throttledSince", NOW.toString())
			.containsEntry("lastFaultAge", "PT0S");
	}

	@Test
	void healthAfterRefusalWithoutPauseShowsNoThrottling() {
		for (int i = 0; i < 10; i++) {
			fetch(HttpStatus.OK);
		}
		fetch(HttpStatus.TOO_MANY_REQUESTS);
		assertThat(health(false).getDetails()).containsKey("lastFault").doesNotContainKey("throttledSince");
	}

	@Test
	void throttlingLastsUntilASuccessAfterThePause() {
		String client = this.template.getName();
		this.listener.pauseBegan(client, Duration.ofSeconds(1));
		fetch(HttpStatus.OK);
		assertThat(health(false).getDetails()).containsKey("throttledSince");
		this.listener.pauseEnded(client);
		assertThat(health(false).getDetails()).containsKey("throttledSince");
		fetch(HttpStatus.OK);
		assertThat(health(false).getDetails()).doesNotContainKey("throttledSince");
	}

	@Test
	void pauseOfAnOperatorIsShownWhileItLastsAndIsNoThrottling() {
		String client = this.template.getName();
		fetch(HttpStatus.OK);
		this.listener.operatorPauseBegan(client, Duration.ofMinutes(1));
		assertThat(health(false).getStatus()).isEqualTo(Status.UP);
		assertThat(health(false).getDetails()).containsKey("pausedByOperatorSince").doesNotContainKey("throttledSince");
		this.listener.pauseEnded(client);
		assertThat(health(false).getDetails()).doesNotContainKey("pausedByOperatorSince");
	}

	@ParameterizedTest
	@ValueSource(ints = { 401, 403 })
	void healthWhenCredentialsAreWrongIsDownAtOnce(int status) {
		fetch(HttpStatus.OK);
		fetch(HttpStatus.valueOf(status));
		Health health = health(false);
		assertThat(health.getStatus()).isEqualTo(Status.DOWN);
		assertThat(health.getDetails().get("action")).asString().contains("OperationsTemplate.Builder.credentials");
		assertThat(health.toString()).doesNotContain("secret\"").doesNotContain("U0sxOnNlY3JldA==");
	}

	@Test
	void healthAfterARunOfFaultsIsDownAndAfterOneSuccessUp() {
		for (int i = 1; i < OperationsHealthIndicator.RUN_OF_FAULTS; i++) {
			fetch(HttpStatus.SERVICE_UNAVAILABLE);
			assertThat(health(false).getStatus()).isEqualTo(Status.UP);
		}
		fetch(HttpStatus.SERVICE_UNAVAILABLE);
		assertThat(health(false).getStatus()).isEqualTo(Status.DOWN);
		fetch(HttpStatus.OK);
		assertThat(health(false).getStatus()).isEqualTo(Status.UP);
	}

	@Test
	void healthWhenAnErrorIsThrownCountsItAsAFault() {
		this.answer = Mono.fromCallable(() -> {
			throw new NoClassDefFoundError("io/lost/Type");
		});
		for (int i = 0; i < OperationsHealthIndicator.RUN_OF_FAULTS; i++) {
			this.template.fetch("a").onErrorComplete(OperationsException.class).block(MAX_WAIT);
		}
		assertThat(health(false).getStatus()).isEqualTo(Status.DOWN);
		assertThat(health(false).getDetails().get("lastFault")).asString().contains("io/lost/Type");
	}

	@Test
	void runOfFaultsEndsWithAnyOtherAnswer() {
		for (HttpStatus status : new HttpStatus[] { HttpStatus.SERVICE_UNAVAILABLE, HttpStatus.SERVICE_UNAVAILABLE,
				HttpStatus.TOO_MANY_REQUESTS, HttpStatus.SERVICE_UNAVAILABLE }) {
			fetch(status);
		}
		assertThat(health(false).getStatus()).isEqualTo(Status.UP);
	}

	@ParameterizedTest
	@ValueSource(strings = { "503", "503 503", "503 503 503", "503 503 503 200", "503 503 503 429", "503 503 429 503",
			"401", "401 503", "401 429", "401 400", "401 404", "401 401 401", "401 401 401 200", "403 503 503",
			"500 502 504", "204 204 204", "400 400 400", "429 429 429", "404 404 404" })
	void healthIsDownExactlyWhileTheEndpointShowsAnOutage(String statuses) {
		for (String status : StringUtils.delimitedListToStringArray(statuses, " ")) {
			fetch(HttpStatus.valueOf(Integer.parseInt(status)));
			assertThat(health(false).getStatus().equals(Status.DOWN)).as(status)
				.isEqualTo(TemplateInternals.of(this.template).polls().isServerUnavailable());
		}
	}

	@Test
	void healthWhenCallWasNotSentIsUnchanged() {
		this.template.fetch(" ").onErrorComplete(OperationsException.class).block(MAX_WAIT);
		assertThat(health(false).getStatus()).isEqualTo(Status.UNKNOWN);
		assertThat(health(false).getDetails()).doesNotContainKey("lastFault");
	}

	@Test
	void healthWhenCredentialsAreCorrectedIsUpAgain() {
		fetch(HttpStatus.UNAUTHORIZED);
		fetch(HttpStatus.OK);
		assertThat(health(false).getStatus()).isEqualTo(Status.UP);
		assertThat(health(false).getDetails()).doesNotContainKey("action");
	}

	@Test
	void healthAfterCloseIsUnknownAndNothingIsObserved() {
		fetch(HttpStatus.OK);
		this.template.close();
		Health health = health(false);
		assertThat(health.getStatus()).isEqualTo(Status.UNKNOWN);
		assertThat(health.getDetails()).containsEntry("observed", false);
	}

	@ParameterizedTest
	@ValueSource(ints = { 200, 400, 404, 429 })
	void probeWhenCredentialsAreAcceptedIsUp(int status) {
		set(HttpStatus.valueOf(status));
		assertThat(health(true).getStatus()).isEqualTo(Status.UP);
		assertThat(this.requests).isOne();
	}

	@ParameterizedTest
	@ValueSource(ints = { 401, 403, 500, 503 })
	void probeWhenItGetsAnyOtherAnswerIsDown(int status) {
		set(HttpStatus.valueOf(status));
		assertThat(health(true).getStatus()).isEqualTo(Status.DOWN);
		assertThat(this.requests).isOne();
	}

	@Test
	void probeIgnoresARunOfFaultsOfOtherCalls() {
		for (int i = 0; i < OperationsHealthIndicator.RUN_OF_FAULTS; i++) {
			fetch(HttpStatus.SERVICE_UNAVAILABLE);
		}
		set(HttpStatus.NOT_FOUND);
		assertThat(health(true).getStatus()).isEqualTo(Status.UP);
	}

	private Health health(boolean probe) {
		Health health = new OperationsHealthIndicator(this.template, this.listener, probe).health().block(MAX_WAIT);
		assertThat(health).isNotNull();
		return Objects.requireNonNull(health);
	}

	private void fetch(HttpStatus status) {
		set(status);
		this.template.fetch("a").onErrorComplete(OperationsException.class).block(MAX_WAIT);
	}

	private void set(HttpStatus status) {
		this.answer = Mono.fromCallable(() -> ClientResponse.create(status)
			.header("Content-Type", "application/json")
			.body(status.isError() ? "{}" : "{\"operationId\":\"a\",\"status\":\"RUNNING\"}")
			.build());
	}

}
