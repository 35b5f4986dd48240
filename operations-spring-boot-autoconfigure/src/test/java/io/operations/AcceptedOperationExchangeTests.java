package io.operations;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class AcceptedOperationExchangeTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(30);

	private final WireMockServer server = new WireMockServer(WireMockConfiguration.options().dynamicPort());

	// The pool has one connection. If the first call did not release it, the next call
	// would wait forever.
	private final ConnectionProvider pool = ConnectionProvider.create("test", 1);

	private final WebClient webClient = WebClient.builder()
		.clientConnector(new ReactorClientHttpConnector(HttpClient.create(this.pool)))
		.build();

	@BeforeEach
	void start() {
		this.server.start();
	}

	@AfterEach
	void stop() {
		this.pool.disposeLater().block(MAX_WAIT);
		this.server.stop();
	}

	@Test
	void acceptedWriteIsItsOperation() {
		answer(status(202).withHeader("Operation-Id", "op1")
			.withHeader("Retry-After", "2")
			.withHeader("Content-Type", "application/json")
			.withBody(
					"{\"statusUrl\": \"/v2/Operations/op1\", \"related\": {\"configurationId\": \"cfg1\", \"x\": null}}"));
		AcceptedOperation accepted = post();
		assertThat(accepted.id()).isEqualTo("op1");
		assertThat(accepted.statusUrl()).hasToString(this.server.baseUrl() + "/v2/Operations/op1");
		assertThat(accepted.retryAfter()).isEqualTo(Duration.ofSeconds(2));
		assertThat(accepted.related()).isEqualTo(Map.of("configurationId", "cfg1"));
	}

	@ParameterizedTest
	@CsvSource({ "/v2/Operations/op1, /v2/Operations/op1", "op1, /v2/ControlPlane/op1",
			"../Operations/op1?x=1, /v2/Operations/op1?x=1" })
	void relativeLocationIsResolvedAgainstTheUrlOfTheRequest(String location, String path) {
		answer(status(202).withHeader("Location", location));
		AcceptedOperation accepted = post();
		assertThat(accepted.id()).isEqualTo("op1");
		assertThat(accepted.statusUrl()).hasToString(this.server.baseUrl() + path);
	}

	@Test
	void absoluteLocationIsKept() {
		answer(status(202).withHeader("Location", "https://memory.example/v1/ControlPlane/Operations/op1"));
		assertThat(post().statusUrl()).hasToString("https://memory.example/v1/ControlPlane/Operations/op1");
	}

	@Test
	void locationWhenRequestIsUnknownStaysRelative() {
		ClientResponse response = ClientResponse.create(HttpStatusCode.valueOf(202))
			.header("Location", "/v2/Operations/op1")
			.build();
		AcceptedOperation accepted = Objects.requireNonNull(AcceptedOperation.from(response).block(MAX_WAIT));
		assertThat(accepted.statusUrl()).hasToString("/v2/Operations/op1");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			application/json | ''
			application/json | null
			application/json | []
			application/json | {"statusUrl":
			text/html        | <html></html>
			garbage          | <html></html>
			""")
	void fromWhenBodyIsUnreadableReadsTheHeaders(String mediaType, String body) {
		answer(status(202).withHeader("Operation-Id", "op1").withHeader("Content-Type", mediaType).withBody(body));
		for (int i = 0; i < 3; i++) {
			assertThat(post().id()).isEqualTo("op1");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "text/plain", "text/plain;charset=ISO-8859-1", "text/html", "garbage", "application/;x",
			"application/octet-stream", "" })
	void bodyIsReadWhateverItsMediaTypeSays(String mediaType) {
		ResponseDefinitionBuilder answer = status(202)
			.withBody("{\"statusUrl\": \"/v2/Operations/op1\", \"related\": {\"configurationId\": \"ü1\"}}");
		answer(mediaType.isEmpty() ? answer : answer.withHeader("Content-Type", mediaType));
		for (int i = 0; i < 3; i++) {
			AcceptedOperation accepted = post();
			assertThat(accepted.id()).isEqualTo("op1");
			assertThat(accepted.related()).isEqualTo(Map.of("configurationId", "ü1"));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "text/plain", "garbage", "" })
	void errorBodyIsReadWhateverItsMediaTypeSays(String mediaType) {
		ResponseDefinitionBuilder answer = status(400).withBody("{\"code\": 20001, \"message\": \"No\"}");
		answer(mediaType.isEmpty() ? answer : answer.withHeader("Content-Type", mediaType));
		assertThatExceptionOfType(OperationsException.class).isThrownBy(this::post)
			.satisfies((failure) -> assertThat(failure.getCode()).isEqualTo(20001));
	}

	@Test
	void interimAnswerDoesNotSayThatNoOperationWasStarted() {
		ClientResponse interim = ClientResponse.create(HttpStatusCode.valueOf(103)).build();
		assertThatExceptionOfType(OperationsException.class)
			.isThrownBy(() -> AcceptedOperation.from(interim).block(MAX_WAIT))
			.withMessageContaining("may have started an operation")
			.withMessageNotContaining("started no operation")
			.matches(OperationsException::isTransient);
	}

	@Test
	void fromWhenBodyIsTooLargeReadsTheHeaders() {
		answer(status(202).withHeader("Operation-Id", "op1")
			.withHeader("Content-Type", "application/json")
			.withBody(" ".repeat(1024 * 1024)));
		assertThat(post().id()).isEqualTo("op1");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			400 | application/json         | {"code": 20001, "message": "No"} | OperationsRequestException
			401 | application/problem+json | {"code": 20001, "detail": "No"}  | OperationsAuthenticationException
			404 | text/html                | <html></html>                    | OperationNotFoundException
			429 | garbage                  | x                                | OperationsThrottledException
			503 | application/json         | {"code":                         | OperationsUnavailableException
			200 | application/json         | {"operationId": "op1"}           | OperationsRequestException
			202 | application/json         | {}                               | MalformedOperationException
			""")
	void fromWhenNoOperationWasStartedFails(int status, String mediaType, String body, String type) {
		answer(status(status).withHeader("Content-Type", mediaType)
			.withHeader("Twilio-Request-Id", "RQ1")
			.withBody(body));
		for (int i = 0; i < 3; i++) {
			assertThatExceptionOfType(OperationsException.class).isThrownBy(this::post).satisfies((failure) -> {
				assertThat(failure.getClass().getSimpleName()).isEqualTo(type);
				assertThat(failure.getStatusCode()).isEqualTo(status);
				assertThat(failure.getRequestId()).isEqualTo("RQ1");
				assertThat(failure.getServerMessage()).isEqualTo(body.contains("No") ? "No" : null);
			});
		}
	}

	private void answer(ResponseDefinitionBuilder answer) {
		this.server.stubFor(any(anyUrl()).willReturn(answer));
	}

	private AcceptedOperation post() {
		return Objects.requireNonNull(this.webClient.post()
			.uri("http://localhost:" + this.server.port() + "/v2/ControlPlane/Configurations")
			.bodyValue("{}")
			.exchangeToMono(AcceptedOperation::from)
			.block(MAX_WAIT));
	}

}
