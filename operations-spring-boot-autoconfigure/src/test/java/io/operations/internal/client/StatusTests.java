package io.operations.internal.client;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import io.operations.MalformedOperationException;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationsException;
import io.operations.OperationsRequestException;
import io.operations.OperationsThrottledException;
import io.operations.OperationsUnavailableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static org.assertj.core.api.Assertions.assertThat;

class StatusTests {

	@RegisterExtension
	static final Endpoint endpoint = new Endpoint();

	@Test
	void operationIsASnapshotWithItsRequestId() {
		endpoint.answers(okJson("{\"operationId\": \"proc_job_1\", \"status\": \"completed\"}")
			.withHeader("Twilio-Request-Id", "RQ1"));
		OperationSnapshot snapshot = endpoint.fetch();
		assertThat(snapshot.operation().id()).isEqualTo(Endpoint.ID);
		assertThat(snapshot.operation().status()).isEqualTo(OperationStatus.COMPLETED);
		assertThat(snapshot.operation().details()).isEmpty();
		assertThat(snapshot.requestId()).isEqualTo("RQ1");
		assertThat(snapshot.retryAfter()).isNull();
	}

	@Test
	void failedOperationIsAValue() {
		endpoint.answers(okJson("{\"status\": \"FAILED\", \"error\": {\"detail\": \"No\"}}"));
		assertThat(endpoint.fetch().operation().status()).isEqualTo(OperationStatus.FAILED);
	}

	@ParameterizedTest
	@CsvSource({ "400, OperationsRequestException, false", "401, OperationsAuthenticationException, false",
			"402, OperationsRequestException, false", "407, OperationsUnavailableException, true",
			"403, OperationsAuthenticationException, false", "404, OperationNotFoundException, false",
			"408, OperationsUnavailableException, true", "410, OperationsRequestException, false",
			"425, OperationsUnavailableException, true", "429, OperationsThrottledException, true",
			"499, OperationsRequestException, false", "500, OperationsUnavailableException, true",
			"501, OperationsUnavailableException, true", "502, OperationsUnavailableException, true",
			"503, OperationsUnavailableException, true", "504, OperationsUnavailableException, true",
			"599, OperationsUnavailableException, true" })
	void errorStatusIsItsException(int status, String type, boolean isTransient) {
		endpoint.answers(aResponse().withStatus(status)
			.withHeader("Content-Type", "application/json")
			.withHeader("Twilio-Request-Id", "RQ1")
			.withBody("{\"code\": 20429, \"message\": \"Sorry\", \"more_info\": \"https://x/20429\", \"status\": 1}"));
		OperationsException failure = endpoint.failure();
		assertThat(failure.getClass().getSimpleName()).isEqualTo(type);
		assertThat(failure.isTransient()).isEqualTo(isTransient);
		assertThat(failure.getStatusCode()).isEqualTo(status);
		assertThat(failure.getCode()).isEqualTo(20429);
		assertThat(failure.getServerMessage()).isEqualTo("Sorry");
		assertThat(failure.getRequestId()).isEqualTo("RQ1");
		assertThat(failure.getOperationId()).isEqualTo(Endpoint.ID);
		assertThat(failure).hasMessageContaining("The request for operation 'proc_job_1' failed: HTTP " + status
				+ ", code 20429, 'Sorry' (Twilio-Request-Id: RQ1).");
		assertThat(failure.getMessage()).endsWith(".").doesNotContain("..");
		assertThat(endpoint.requests()).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(ints = { 201, 202, 203, 204, 205, 206, 207 })
	void otherSuccessIsMalformed(int status) {
		String body = (status == 204 || status == 205) ? "" : "{\"status\": \"COMPLETED\"}";
		endpoint.answers(aResponse().withStatus(status).withHeader("Twilio-Request-Id", "RQ1").withBody(body));
		OperationsException failure = endpoint.failure();
		assertThat(failure).isInstanceOf(MalformedOperationException.class).hasMessageContaining("HTTP " + status);
		assertThat(failure.getStatusCode()).isEqualTo(status);
		assertThat(failure.getRequestId()).isEqualTo("RQ1");
		assertThat(failure.isTransient()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(ints = { 300, 301, 302, 303, 305, 307, 308 })
	void redirectIsNotFollowed(int status) {
		endpoint.answers(aResponse().withStatus(status)
			.withHeader("Location", endpoint.url() + "/elsewhere?token=secret")
			.withHeader("Twilio-Request-Id", "RQ1"));
		OperationsException failure = endpoint.failure();
		assertThat(failure).isInstanceOf(OperationsRequestException.class)
			.hasMessageContaining("HTTP " + status)
			.hasMessageContaining("redirect to " + endpoint.url() + ".")
			.hasMessageContaining("The client does not follow redirects")
			.hasMessageNotContaining("secret");
		assertThat(failure.getStatusCode()).isEqualTo(status);
		assertThat(failure.getRequestId()).isEqualTo("RQ1");
		assertThat(failure.isTransient()).isFalse();
		assertThat(endpoint.requests()).hasSize(1);
	}

	@ParameterizedTest
	@CsvSource({ "https://u:p@Other.example/a?b=c, https://other.example:443",
			"http://other.example:8080/x, http://other.example:8080", "/x, the same origin", "'', the same origin",
			"http://a b, an unreadable location" })
	void redirectNamesTheOriginOfItsTargetAlone(String location, String expected) {
		endpoint.answers(aResponse().withStatus(302).withHeader("Location", location));
		assertThat(endpoint.failure()).hasMessageContaining("redirect to " + expected + ". The client does not");
	}

	@ParameterizedTest
	@CsvSource({ "304, true", "304, false", "300, false", "305, false", "306, false", "399, false" })
	void statusOf3xxWithoutRedirectIsMalformed(int status, boolean location) {
		ResponseDefinitionBuilder answer = aResponse().withStatus(status).withHeader("Twilio-Request-Id", "RQ1");
		endpoint.answers(location ? answer.withHeader("Location", "/x") : answer);
		OperationsException failure = endpoint.failure();
		assertThat(failure).isInstanceOf(MalformedOperationException.class).hasMessageContaining("HTTP " + status);
		assertThat(failure.getStatusCode()).isEqualTo(status);
		assertThat(failure.getRequestId()).isEqualTo("RQ1");
		assertThat(failure.isTransient()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(ints = { 301, 302, 303, 307, 308 })
	void redirectWithoutLocationIsARequestException(int status) {
		endpoint.answers(aResponse().withStatus(status));
		assertThat(endpoint.failure()).isInstanceOf(OperationsRequestException.class);
	}

	@Test
	void throttlingByTheServerIsNotLocal() {
		endpoint.answers(aResponse().withStatus(429));
		assertThat(endpoint.failure()).isInstanceOfSatisfying(OperationsThrottledException.class,
				(failure) -> assertThat(failure.isLocal()).isFalse());
	}

	@Test
	void nothingIsSentBeforeTheSubscription() {
		endpoint.answers(aResponse().withStatus(503));
		WebClientOperationFetcher fetcher = endpoint.fetcher();
		var fetch = fetcher.fetch(Endpoint.ID);
		assertThat(endpoint.requests()).isEmpty();
		assertThat(Endpoint.failure((id) -> fetch, "")).isInstanceOf(OperationsUnavailableException.class);
		assertThat(Endpoint.failure((id) -> fetch, "")).isInstanceOf(OperationsUnavailableException.class);
		assertThat(endpoint.requests()).hasSize(2);
	}

}
