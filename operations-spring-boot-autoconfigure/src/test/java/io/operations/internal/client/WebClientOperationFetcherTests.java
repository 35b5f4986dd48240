package io.operations.internal.client;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.stream.Stream;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import io.operations.MalformedOperationException;
import io.operations.Operation;
import io.operations.OperationNotFoundException;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationsAuthenticationException;
import io.operations.OperationsCredentials;
import io.operations.OperationsException;
import io.operations.OperationsRequestException;
import io.operations.OperationsThrottledException;
import io.operations.OperationsUnavailableException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.scheduler.Schedulers;

import org.springframework.web.reactive.function.client.WebClient;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class WebClientOperationFetcherTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static final String PENDING = "{\"operationId\":\"op\",\"status\":\"PENDING\"}";

	private final WireMockServer server = new WireMockServer(
			WireMockConfiguration.options().dynamicPort().bindAddress("127.0.0.1"));

	private WebClientOperationFetcher fetcher;

	@BeforeEach
	void start() {
		this.server.start();
		this.fetcher = fetcher(LIMIT);
	}

	private WebClientOperationFetcher fetcher(Duration timeout) {
		URI url = URI.create("http://127.0.0.1:" + this.server.port());
		WebClient client = WebClient.builder()
			.filter(new CredentialsFilter(url, OperationsCredentials.of("SKuser", "secret")))
			.codecs((codecs) -> codecs.defaultCodecs().maxInMemorySize(64 * 1024))
			.build();
		return new WebClientOperationFetcher(client, Endpoint.FORMAT, url, "/v2/ControlPlane/Operations/{id}", timeout,
				Schedulers.parallel());
	}

	@AfterEach
	void stop() {
		this.server.stop();
	}

	static Stream<Arguments> errors() {
		return Stream.of(Arguments.of(400, OperationsRequestException.class),
				Arguments.of(401, OperationsAuthenticationException.class),
				Arguments.of(403, OperationsAuthenticationException.class),
				Arguments.of(404, OperationNotFoundException.class),
				Arguments.of(408, OperationsUnavailableException.class),
				Arguments.of(410, OperationsRequestException.class),
				Arguments.of(425, OperationsUnavailableException.class),
				Arguments.of(429, OperationsThrottledException.class),
				Arguments.of(500, OperationsUnavailableException.class),
				Arguments.of(502, OperationsUnavailableException.class),
				Arguments.of(503, OperationsUnavailableException.class),
				Arguments.of(504, OperationsUnavailableException.class));
	}

	@ParameterizedTest
	@MethodSource("errors")
	void errorStatusIsItsExceptionWithDataOfTheAnswer(int status, Class<? extends OperationsException> type) {
		answer(aResponse().withStatus(status)
			.withHeader("Content-Type", "application/json")
			.withHeader("Twilio-Request-Id", "RQ1")
			.withBody("{\"code\":20429,\"message\":\"too\\nmany\",\"status\":" + status + "}"));
		OperationsException fault = fault(OperationsException.class);
		assertThat(fault).isInstanceOf(type).hasMessageContaining("too\\u000amany").hasMessageContaining("RQ1");
		assertThat(fault.getStatusCode()).isEqualTo(status);
		assertThat(fault.getCode()).isEqualTo(20429);
		assertThat(fault.getRequestId()).isEqualTo("RQ1");
	}

	@ParameterizedTest
	@ValueSource(strings = { "<html>Bad gateway</html>", "", "[]", "{\"detail\":\"away\"}" })
	void errorBodyOfAnyFormKeepsTheStatus(String body) {
		answer(aResponse().withStatus(503).withHeader("Retry-After", "7").withBody(body));
		assertThat(fault(OperationsUnavailableException.class).getRetryAfter()).hasSeconds(7);
	}

	@ParameterizedTest
	@ValueSource(strings = { "<html>hello</html>", "[]", "null", "", "{\"status\":\"PEND", "{} {}", "42" })
	void successWithoutOperationIsMalformed(String body) {
		answer(aResponse().withHeader("Content-Type", "text/x").withBody(body));
		MalformedOperationException fault = fault(MalformedOperationException.class);
		assertThat(fault).hasMessageContaining("text/x");
		assertThat(fault.isTransient()).isTrue();
	}

	@Test
	void answerLargerThanTheLimitIsMalformedAndTheNextCallWorks() {
		answer(aResponse().withBody("{\"x\":\"" + "y".repeat(10_000_000) + "\"}"));
		assertThat(fault(MalformedOperationException.class)).hasMessageContaining("max-response-size");
		answer(aResponse().withBody(PENDING));
		assertThat(fetch("op").operation().status()).isEqualTo(OperationStatus.PENDING);
	}

	@Test
	void errorBodyLargerThanTheLimitKeepsTheStatus() {
		answer(aResponse().withStatus(404).withBody("y".repeat(1_000_000)));
		assertThat(fault(OperationNotFoundException.class).getStatusCode()).isEqualTo(404);
	}

	@Test
	void otherSuccessIsMalformed() {
		answer(aResponse().withStatus(204));
		assertThat(fault(MalformedOperationException.class).getStatusCode()).isEqualTo(204);
	}

	@Test
	void redirectIsNotFollowedAndNamesOnlyTheTargetsOrigin() {
		answer(aResponse().withStatus(302).withHeader("Location", "https://elsewhere.example/x?token=y"));
		assertThat(fault(OperationsRequestException.class)).hasMessageContaining("https://elsewhere.example:443")
			.hasMessageNotContaining("token");
		assertThat(this.server.getAllServeEvents()).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "CONNECTION_RESET_BY_PEER", "EMPTY_RESPONSE", "MALFORMED_RESPONSE_CHUNK" })
	void brokenExchangeIsUnavailable(Fault broken) {
		answer(aResponse().withBody(PENDING).withFault(broken));
		assertThat(fault(OperationsUnavailableException.class).getStatusCode()).isNull();
	}

	@Test
	void refusedConnectionIsUnavailable() {
		this.server.stop();
		assertThat(fault(OperationsUnavailableException.class)).hasMessageContaining("refused");
	}

	@Test
	void fetchWhenAnswerDripsTimesOutAsAWhole() {
		answer(aResponse().withBody(PENDING).withChunkedDribbleDelay(20, 20_000));
		this.fetcher = fetcher(Duration.ofMillis(500));
		assertThat(fault(OperationsUnavailableException.class)).hasMessageContaining("request-timeout");
	}

	@ParameterizedTest
	@CsvSource({ "../../v1/x, ..%2F..%2Fv1%2Fx", "a/b?c=d#e, a%2Fb%3Fc%3Dd%23e", "%2e%2e, %252e%252e",
			"é ü, %C3%A9%20%C3%BC", "{x}, %7Bx%7D" })
	void idIsOneEncodedPathSegment(String id, String encoded) {
		answer(aResponse().withBody(PENDING));
		Operation operation = fetch(id).operation();
		assertThat(operation.id()).isEqualTo(id);
		assertThat(operation.details()).containsEntry("operationId", "op");
		assertThat(this.server.getAllServeEvents().get(0).getRequest().getUrl())
			.isEqualTo("/v2/ControlPlane/Operations/" + encoded);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "   ", ".", "..", "a\nb", "a\u0000b" })
	void fetchWhenIdIsInvalidFailsBeforeAnyRequest(String id) {
		assertThat(catchThrowableOfType(OperationsRequestException.class, () -> fetch(id))).isNotNull();
		assertThat(catchThrowableOfType(OperationsRequestException.class, () -> fetch("x".repeat(513)))).isNotNull();
		assertThat(this.server.getAllServeEvents()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "7, PT7S", "1.5, PT1.5S", "'Tue, 24 Nov 2026 10:00:09 GMT', PT9S", "31536000, PT1H",
			"'Wed, 24 Nov 2027 10:00:00 GMT', PT1H", "-1,", "0,", "soon,", "'Tue, 24 Nov 2026 09:00:00 GMT',",
			"1.2.3," })
	void retryAfterIsReadAndOddOnesAreHarmless(String value, Duration expected) {
		answer(aResponse().withBody(PENDING)
			.withHeader("Date", "Tue, 24 Nov 2026 10:00:00 GMT")
			.withHeader("Retry-After", value));
		OperationSnapshot snapshot = fetch("op");
		assertThat(snapshot.retryAfter()).isEqualTo(expected);
		assertThat(snapshot.serverTime()).isEqualTo("2026-11-24T10:00:00Z");
	}

	@Test
	void retryAfterOfAHundredDigitsIsHarmless() {
		answer(aResponse().withBody(PENDING).withHeader("Retry-After", "9".repeat(100)));
		assertThat(fetch("op").retryAfter()).isEqualTo(Duration.ofHours(1));
	}

	@ParameterizedTest
	@CsvSource({ "2025-01-15T10:30:00Z, 2025-01-15T10:30:00Z", "2025-01-15T10:30:00+02:00, 2025-01-15T08:30:00Z",
			"2025-01-15T10:30:00+0000, 2025-01-15T10:30:00Z",
			"2025-01-15T10:30:00.123456789123Z, 2025-01-15T10:30:00.123456789Z",
			"'2025-01-15T10:30:00,5-0130', 2025-01-15T12:00:00.500Z", "2025-02-30T10:30:00Z,", "yesterday," })
	void timestampsOfEveryFormAreRead(String text, Instant expected) {
		answer(aResponse().withBody("{\"status\":\"RUNNING\",\"createdAt\":\"" + text + "\"}"));
		Operation operation = fetch("op").operation();
		assertThat(operation.createdAt()).isEqualTo(expected);
		assertThat(operation.details().get("createdAt")).isEqualTo((expected != null) ? null : text);
	}

	@Test
	void unexpectedValuesAreKeptAndNothingFails() {
		answer(aResponse().withBody("""
				{"status":"Hibernating","statusUrl":"/preview/x","related":{"a":1,"b":{"c":2},"d":null,"e":"f"},
				"error":{"type":"urn:x","title":"t","status":799,"code":5,"detail":"d"},
				"result":{"type":"RESOURCE_ID"},"resultUrl":null,"completedAt":12}"""));
		Operation operation = fetch("op").operation();
		assertThat(operation.status()).isEqualTo(OperationStatus.UNKNOWN);
		assertThat(operation.statusText()).isEqualTo("Hibernating");
		assertThat(operation.isTerminal()).isFalse();
		assertThat(operation.related()).containsEntry("a", "1").containsEntry("b", "{\"c\":2}").doesNotContainKey("d");
		assertThat(Objects.requireNonNull(operation.error()).getStatus()).isEqualTo(799);
		assertThat(operation.error().getProperties()).containsEntry("code", 5);
		assertThat(operation.details()).containsEntry("resultUrl", null).containsEntry("completedAt", 12);
	}

	@Test
	void credentialsGoToTheBaseUrlsOriginAlone() {
		answer(aResponse().withBody(PENDING));
		WebClient client = WebClient.builder()
			.filter(new CredentialsFilter(URI.create("https://conversations.twilio.com"),
					OperationsCredentials.of("SKuser", "secret")))
			.build();
		client.get().uri(this.server.baseUrl() + "/elsewhere").retrieve().toBodilessEntity().block(LIMIT);
		fetch("op");
		assertThat(this.server.getAllServeEvents()).extracting((event) -> event.getRequest().getHeader("Authorization"))
			.containsExactlyInAnyOrder(null, "Basic U0t1c2VyOnNlY3JldA==");
	}

	private void answer(ResponseDefinitionBuilder answer) {
		this.server.stubFor(any(anyUrl()).willReturn(answer));
	}

	private OperationSnapshot fetch(String id) {
		return Objects.requireNonNull(this.fetcher.fetch(id).block(LIMIT));
	}

	private <T extends OperationsException> T fault(Class<T> type) {
		T fault = catchThrowableOfType(type, () -> fetch("op"));
		assertThat(fault).isNotNull();
		return fault;
	}

}
