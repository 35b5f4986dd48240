package io.operations.internal.client;

import java.util.concurrent.atomic.AtomicInteger;

import io.operations.OperationNotFoundException;
import io.operations.OperationsException;
import io.operations.OperationsUnavailableException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static org.assertj.core.api.Assertions.assertThat;

class ErrorBodyTests {

	@RegisterExtension
	static final Endpoint endpoint = new Endpoint();

	@Test
	void vendorFormIsRead() {
		OperationsException failure = failure("application/json",
				"{\"code\": 20503, \"message\": \"Later\", \"more_info\": \"https://x\", \"status\": 503}");
		assertThat(failure.getCode()).isEqualTo(20503);
		assertThat(failure.getServerMessage()).isEqualTo("Later");
	}

	@Test
	void problemDetailsAreRead() {
		OperationsException failure = failure("application/problem+json",
				"{\"type\": \"about:blank\", \"title\": \"Unavailable\", \"status\": 503, \"detail\": \"Later\", \"code\": \"20503\"}");
		assertThat(failure.getCode()).isEqualTo(20503);
		assertThat(failure.getServerMessage()).isEqualTo("Later");
	}

	@Test
	void messageWhenDetailIsMissingIsTheTitle() {
		OperationsException failure = failure("application/problem+json",
				"{\"title\": \"Unavailable\", \"detail\": null}");
		assertThat(failure.getCode()).isNull();
		assertThat(failure.getServerMessage()).isEqualTo("Unavailable");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', nullValues = "none", textBlock = """
			{"errors": [{"code": 20503, "message": "Later", "infoUrl": "https://x", "context": "$.to"}]} | 20503 | Later
			{"errors": [{"code": "20503", "message": "Later"}, {"code": 1, "message": "Other"}]}        | 20503 | Later
			{"errors": [null, {"code": 20503, "detail": "Later", "pointer": "/to"}]}                     | 20503 | Later
			{"errors": ["Later"]}                                                                        | none  | Later
			{"errors": {"code": 20503, "title": "Later"}}                                                | 20503 | Later
			[{"code": 20503, "message": "Later"}]                                                        | 20503 | Later
			{"error": {"code": 20503, "message": "Later"}}                                               | 20503 | Later
			{"error": "Later", "code": 20503}                                                            | 20503 | Later
			{"code": 20503, "title": "Later", "errors": [{"detail": "Bad", "pointer": "/to"}]}           | 20503 | Later
			{"code": 20503, "message": "Later", "httpStatusCode": 503, "userError": false, "params": {}} | 20503 | Later
			{"httpStatusCode": 503, "code": 20503, "detail": "Later"}                                    | 20503 | Later
			{"message": " ", "detail": "", "title": "Later"}                                             | none  | Later
			{"message": {}, "detail": [], "title": "Later"}                                              | none  | Later
			{"message": null, "errors": [], "error": null}                                               | none  | none
			{"errors": [{}, [], "", null, 7]}                                                            | none  | none
			""")
	void codeAndMessageAreFoundWhereverTheBodyHasThem(String body, @Nullable Integer code, @Nullable String message) {
		OperationsException failure = failure("application/json", body);
		assertThat(failure.getCode()).isEqualTo(code);
		assertThat(failure.getServerMessage()).isEqualTo(message);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			text/html        | <html><body>503</body></html>
			application/json | <html><body>503</body></html>
			application/json | []
			application/json | null
			application/json | {"code": 20503, "mess
			application/json | ''
			garbage          | {}
			""")
	void errorWhenBodyIsUnusableKeepsTheStatus(String mediaType, String body) {
		OperationsException failure = failure(mediaType, body);
		assertThat(failure.getStatusCode()).isEqualTo(503);
		assertThat(failure.getRequestId()).isEqualTo("RQ1");
		assertThat(failure.getCode()).isNull();
		assertThat(failure.getServerMessage()).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "\"x\"", "-1.5", "99999999999", "1e99", "true", "{}", "[1]", "null", "\"99999999999\"" })
	void codeWhenItIsNoIntegerIsIgnored(String code) {
		OperationsException failure = failure("application/json", "{\"code\": " + code + ", \"message\": \"Later\"}");
		assertThat(failure.getCode()).isNull();
		assertThat(failure.getServerMessage()).isEqualTo("Later");
	}

	@Test
	void messageIsTrimmedAndEscaped() {
		String message = " \\nForged log line\\u001b[0m\\u202e " + "x".repeat(300);
		OperationsException failure = failure("application/json", "{\"message\": \"" + message + "\"}");
		assertThat(failure.getServerMessage()).startsWith("Forged log line\\u001b[0m\\u202e xxx")
			.endsWith("x…")
			.doesNotContain("\n", "\u001b", "\u202e")
			.hasSizeLessThan(220);
	}

	@Test
	void requestIdIsEscaped() {
		endpoint.answers(aResponse().withStatus(503).withHeader("Twilio-Request-Id", "R\tQ"));
		assertThat(endpoint.failure().getRequestId()).isEqualTo("R\\u0009Q");
	}

	@ParameterizedTest
	@ValueSource(ints = { 404, 503 })
	void errorWhenBodyIsTooLargeKeepsTheStatus(int status) {
		endpoint.answers(status(status).withHeader("Twilio-Request-Id", "RQ1").withBody(new byte[10 * 1024 * 1024]));
		OperationsException failure = endpoint.failure();
		assertThat(failure)
			.isInstanceOf((status == 404) ? OperationNotFoundException.class : OperationsUnavailableException.class);
		assertThat(failure.getStatusCode()).isEqualTo(status);
		assertThat(failure.getRequestId()).isEqualTo("RQ1");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			503 | application/json | {"code": 20503}
			404 | text/html        | <html></html>
			429 | application/json | ''
			302 | text/html        | <html></html>
			202 | application/json | {"statusUrl": "x"}
			200 | application/json | []
			200 | garbage          | <html></html>
			404 | garbage          | <html></html>
			""")
	void connectionIsReusableAfterwards(int status, String mediaType, String body) {
		AtomicInteger connections = new AtomicInteger();
		ConnectionProvider pool = ConnectionProvider.create("test", 1);
		HttpClient client = HttpClient.create(pool)
			.doOnChannelInit((observer, channel, address) -> connections.incrementAndGet());
		WebClientOperationFetcher fetcher = endpoint
			.fetcher(WebClient.builder().clientConnector(new ReactorClientHttpConnector(client)));
		endpoint.answers(status(status).withHeader("Content-Type", mediaType).withBody(body));
		for (int i = 0; i < 3; i++) {
			assertThat(Endpoint.failure(fetcher, Endpoint.ID).getStatusCode()).isEqualTo(status);
		}
		endpoint.answersWithOperation();
		assertThat(Endpoint.fetch(fetcher, Endpoint.ID).operation().id()).isEqualTo(Endpoint.ID);
		assertThat(connections).hasValue(1);
		pool.disposeLater().block();
	}

	private OperationsException failure(String mediaType, String body) {
		endpoint.answers(aResponse().withStatus(503)
			.withHeader("Content-Type", mediaType)
			.withHeader("Twilio-Request-Id", "RQ1")
			.withBody(body));
		OperationsException failure = endpoint.failure();
		assertThat(failure).isInstanceOf(OperationsUnavailableException.class);
		return failure;
	}

}
