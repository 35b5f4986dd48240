package io.operations.internal.client;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

import io.operations.MalformedOperationException;
import io.operations.OperationStatus;
import io.operations.OperationsException;
import io.operations.OperationsProduct;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.scheduler.Schedulers;

import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.web.reactive.function.client.WebClient;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.okForContentType;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static org.assertj.core.api.Assertions.assertThat;

class MalformedAnswerTests {

	@RegisterExtension
	static final Endpoint endpoint = new Endpoint();

	@ParameterizedTest
	@ValueSource(strings = { "<html><body>Maintenance</body></html>", "[]", "null", "true", "17", "\"COMPLETED\"",
			"{\"status\": \"COMPL", "{\"status\": \"COMPLETED\"", "{\"status\": }", "{\"status\": \"RUNNING\"} {}",
			"{\"status\": \"RUNNING\"}]", "{'status': 'RUNNING'}", "{\"a\": NaN}" })
	void successWithoutOperationIsMalformed(String body) {
		endpoint.answers(okJson(body).withHeader("Twilio-Request-Id", "RQ1"));
		OperationsException failure = endpoint.failure();
		assertThat(failure).isInstanceOf(MalformedOperationException.class)
			.hasMessageContaining("media type application/json")
			.hasMessageContaining("'" + body + "', which is not an operation");
		assertThat(failure.getStatusCode()).isEqualTo(200);
		assertThat(failure.getRequestId()).isEqualTo("RQ1");
		assertThat(failure.getOperationId()).isEqualTo(Endpoint.ID);
		assertThat(failure.isTransient()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "{}", "{\"status\": null}", "{\"status\": \"\"}", "{\"status\": \" \u00a0\"}",
			"{\"status\": 7}", "{\"status\": true}", "{\"status\": [\"COMPLETED\"]}",
			"{\"status\": {\"name\": \"COMPLETED\"}}", "{\"code\": 20404, \"message\": \"gone\"}",
			"{\"operation\": {\"status\": \"RUNNING\"}}", "{\"Status\": \"RUNNING\"}" })
	void objectWithoutAStatusIsMalformed(String body) {
		endpoint.answers(okJson(body).withHeader("Twilio-Request-Id", "RQ1"));
		OperationsException failure = endpoint.failure();
		assertThat(failure).isInstanceOf(MalformedOperationException.class)
			.hasMessageContaining("is not an operation, because it has no status")
			.hasMessageContaining("operations.base-url and operations.path");
		assertThat(failure.getRequestId()).isEqualTo("RQ1");
		assertThat(failure.isTransient()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "Hibernating", "7", "-", "null" })
	void statusWhenWordIsUnknownIsNotMalformed(String word) {
		endpoint.answers(okJson("{\"status\": \"" + word + "\"}"));
		assertThat(endpoint.fetch().operation().status()).isEqualTo(OperationStatus.UNKNOWN);
		assertThat(endpoint.fetch().operation().isTerminal()).isFalse();
	}

	@Test
	void htmlIsMalformedAndShownWithItsMediaType() {
		endpoint.answers(okForContentType("text/html;charset=UTF-8", "<h1>\n\tWe will be back\u001b[31m</h1>"));
		assertThat(endpoint.failure()).isInstanceOf(MalformedOperationException.class)
			.hasMessageContaining("media type text/html;charset=UTF-8")
			.hasMessageContaining("'<h1>\\u000a\\u0009We will be back\\u001b[31m</h1>'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " \r\n " })
	void emptyBodyIsMalformed(String body) {
		endpoint.answers(aResponse().withStatus(200).withBody(body));
		assertThat(endpoint.failure()).isInstanceOf(MalformedOperationException.class)
			.hasMessageContaining("no media type")
			.hasMessageContaining("is not an operation");
	}

	@Test
	void onlyTheFirst200CharactersAreShown() {
		endpoint.answers(okForContentType("text/plain", "ä".repeat(201)));
		assertThat(endpoint.failure()).hasMessageContaining("'" + "ä".repeat(200) + "…'");
	}

	@Test
	void bodyOfTenMegabytesIsMalformed() {
		byte[] body = new byte[10 * 1024 * 1024];
		Arrays.fill(body, (byte) ' ');
		endpoint.answers(aResponse().withStatus(200).withHeader("Twilio-Request-Id", "RQ1").withBody(body));
		OperationsException failure = endpoint.failure();
		assertThat(failure).isInstanceOf(MalformedOperationException.class)
			.hasMessageContaining("operations.http.max-response-size")
			.hasRootCauseInstanceOf(DataBufferLimitException.class);
		assertThat(failure.getStatusCode()).isEqualTo(200);
		assertThat(failure.getRequestId()).isEqualTo("RQ1");
	}

	@Test
	void bodyOfExactlyTheLimitIsRead() {
		byte[] body = new byte[Endpoint.MAX_RESPONSE_SIZE];
		Arrays.fill(body, (byte) ' ');
		byte[] json = "{\"status\": \"RUNNING\"}".getBytes(StandardCharsets.UTF_8);
		System.arraycopy(json, 0, body, 0, json.length);
		endpoint.answers(aResponse().withStatus(200).withBody(body));
		assertThat(endpoint.fetch().operation().status()).isEqualTo(OperationStatus.RUNNING);
	}

	@Test
	void deeplyNestedJsonIsMalformed() {
		endpoint.answers(okJson("{\"result\": " + "[".repeat(50_000) + "]".repeat(50_000) + "}"));
		assertThat(endpoint.failure()).isInstanceOf(MalformedOperationException.class);
	}

	@ParameterizedTest
	@ValueSource(strings = { "text/plain", "application/problem+json", "application/vnd.api+json", "garbage", "*/*" })
	void operationIsReadWhateverMediaTypeItClaims(String mediaType) {
		endpoint.answers(okForContentType(mediaType, "{\"status\": \"RUNNING\"}"));
		assertThat(endpoint.fetch().operation().status()).isEqualTo(OperationStatus.RUNNING);
	}

	@Test
	void operationIsReadWithoutAnyMediaType() {
		endpoint.answers(aResponse().withStatus(200).withBody("{\"status\": \"RUNNING\"}"));
		assertThat(endpoint.fetch().operation().status()).isEqualTo(OperationStatus.RUNNING);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					conversations    | {"id": "comms_operation_1", "status": "COMPLETED"} | messages or emails or sender-pools or push-notifications
					conversations    | {"id": "x", "operationId": null, "status": "COMPLETED", "statusUrl": "/v1/Emails/Operations/x"} | emails
					messages         | {"operationId": "proc_job_1", "status": "FAILED"} | conversations or insights-queries
					sender-pools     | {"status": "FAILED", "operationId": "voice_transcription_1", "transcription": {}} | voice-transcriptions
					emails           | {"status": "FAILED", "operationId": "x", "statusUrl": "https://c.example/preview/CohortOperations/x"} | cohorts
					emails           | {"status": "FAILED", "operationId": "x"} | conversations or memory or knowledge or cohorts or insights-queries or voice-transcriptions
					""")
	void operationOfAnotherFormIsMalformedAndItsProductIsNamed(String product, String body, String others) {
		endpoint.answers(okJson(body));
		OperationsProduct own = OperationsProduct.valueOf(product.toUpperCase(Locale.ROOT).replace('-', '_'));
		WebClientOperationFetcher fetcher = new WebClientOperationFetcher(WebClient.create(), OperationFormat.of(own),
				endpoint.url(), "/{id}", Endpoint.REQUEST_TIMEOUT, Schedulers.parallel());
		assertThat(Endpoint.failure(fetcher, "x")).isInstanceOf(MalformedOperationException.class)
			.hasMessageContaining("is not an operation of " + product + ", because it has '")
			.hasMessageContaining("It looks like an operation of " + others + ". Set operations.product");
	}

	@Test
	void idOfTheHeaderMakesTheMemberOfAnotherFormADetail() {
		endpoint.answers(okJson("{\"id\": \"x\", \"status\": \"RUNNING\"}").withHeader("Operation-Id", Endpoint.ID));
		assertThat(endpoint.fetch().operation().details()).containsEntry("id", "x");
		assertThat(endpoint.fetch().operation().answeredId()).isEmpty();
	}

}
