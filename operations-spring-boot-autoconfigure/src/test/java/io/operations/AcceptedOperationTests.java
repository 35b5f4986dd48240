package io.operations;

import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.operations.internal.client.OperationFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.mock.http.client.MockClientHttpRequest;
import org.springframework.web.reactive.function.client.ClientResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class AcceptedOperationTests {

	private static final String URL = "https://h.example/v2/ControlPlane/Operations/";

	@Test
	void headersAndBodyAreRead() {
		HttpHeaders headers = new HttpHeaders();
		headers.set("Operation-Id", "op1");
		headers.set("Location", URL + "op1");
		headers.set("Retry-After", "3");
		Map<String, ?> body = Map.of("statusUrl", "/other", "related", Map.of("configurationId", "cfg1", "n", 7));
		AcceptedOperation expected = new AcceptedOperation("op1", URI.create(URL + "op1"), Duration.ofSeconds(3),
				Map.of("configurationId", "cfg1", "n", "7"));
		assertThat(AcceptedOperation.from(headers, body)).isEqualTo(expected);
		assertThat(AcceptedOperation.from(ResponseEntity.accepted().headers(headers).body(body))).isEqualTo(expected);
	}

	@ParameterizedTest
	@CsvSource({ URL + "op1, op1", "/v2/Operations/op1/, op1", "/v2/Operations/a%2Fb?x=y#z, a/b",
			"Operations/%C3%A9, é" })
	void locationWhenNoHeaderHasTheIdNamesTheOperation(String location, String id) {
		HttpHeaders headers = new HttpHeaders();
		headers.set("Location", location);
		AcceptedOperation accepted = AcceptedOperation.from(headers, Map.of());
		assertThat(accepted.id()).isEqualTo(id);
		assertThat(accepted.statusUrl()).isEqualTo(URI.create(location));
		assertThat(accepted.retryAfter()).isNull();
		assertThat(accepted.related()).isEmpty();
	}

	@Test
	void bodyWhenNoHeaderHasTheIdNamesTheOperation() {
		assertThat(AcceptedOperation.from(new HttpHeaders(), Map.of("statusUrl", URL + "op1")).id()).isEqualTo("op1");
		assertThat(
				AcceptedOperation.from(new HttpHeaders(), Map.of("operationId", "op2", "statusUrl", URL + "op1")).id())
			.isEqualTo("op2");
	}

	@Test
	void locationWhenHeaderIsBlankNamesTheOperation() {
		HttpHeaders headers = new HttpHeaders();
		headers.set("Operation-Id", " ");
		headers.set("Location", URL + "op1");
		assertThat(AcceptedOperation.from(headers, Map.of()).id()).isEqualTo("op1");
	}

	@Test
	void bodyWhenLocationIsUnreadableNamesTheOperation() {
		HttpHeaders headers = new HttpHeaders();
		headers.set("Location", "http://a b");
		assertThat(AcceptedOperation.from(headers, Map.of("statusUrl", URL + "op1")).id()).isEqualTo("op1");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "https://h.example", "/", "mailto:x", "http://a b" })
	void fromWhenAnswerNamesNoOperationIsMalformed(String location) {
		HttpHeaders headers = new HttpHeaders();
		headers.set("Location", location);
		headers.set("Twilio-Request-Id", "RQ1");
		assertThatExceptionOfType(MalformedOperationException.class)
			.isThrownBy(() -> AcceptedOperation.from(headers, Map.of("statusUrl", 7, "related", "x")))
			.withMessageContaining("names its operation")
			.satisfies((failure) -> {
				assertThat(failure.getStatusCode()).isEqualTo(202);
				assertThat(failure.getRequestId()).isEqualTo("RQ1");
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "/v2/Operations/..", "/v2/Operations/%2E", "/v2/Operations/a%0Ab" })
	void fromWhenIdIsInvalidFails(String location) {
		HttpHeaders headers = new HttpHeaders();
		headers.set("Location", location);
		assertThatExceptionOfType(OperationsRequestException.class)
			.isThrownBy(() -> AcceptedOperation.from(headers, Map.of()));
	}

	@ParameterizedTest
	@ValueSource(ints = { 200, 201, 204, 302 })
	void fromWhenStatusIsNot202Fails(int status) {
		assertThatExceptionOfType(OperationsRequestException.class)
			.isThrownBy(() -> AcceptedOperation
				.from(ResponseEntity.status(status).header("Operation-Id", "op1").body(Map.of())))
			.withMessageContaining("HTTP " + status)
			.withMessageContaining("not with 202 Accepted")
			.satisfies((failure) -> assertThat(failure.getStatusCode()).isEqualTo(status));
	}

	@ParameterizedTest
	@CsvSource({ "400, OperationsRequestException", "401, OperationsAuthenticationException",
			"403, OperationsAuthenticationException", "404, OperationNotFoundException",
			"429, OperationsThrottledException", "500, OperationsUnavailableException",
			"503, OperationsUnavailableException" })
	void errorStatusIsItsException(int status, String type) {
		ResponseEntity<Map<String, Object>> response = ResponseEntity.status(status)
			.header("Retry-After", "5")
			.header("Twilio-Request-Id", "RQ1")
			.body(Map.of("code", 20001, "message", "No"));
		assertThatExceptionOfType(OperationsException.class).isThrownBy(() -> AcceptedOperation.from(response))
			.withMessageStartingWith("The write failed: HTTP " + status + ", code 20001, 'No'")
			.satisfies((failure) -> {
				assertThat(failure.getClass().getSimpleName()).isEqualTo(type);
				assertThat(failure.getRetryAfter()).isEqualTo(Duration.ofSeconds(5));
				assertThat(failure.getRequestId()).isEqualTo("RQ1");
			});
	}

	@Test
	void fromWhenNotFoundNamesTheProductAndTheBaseUrl() {
		assertThatExceptionOfType(OperationNotFoundException.class)
			.isThrownBy(() -> AcceptedOperation.from(ResponseEntity.notFound().build()))
			.withMessageContaining("operations.product and operations.base-url");
	}

	@Test
	void fromWhenThrottledReportsReasonAndReset() {
		ResponseEntity<Map<String, Object>> response = ResponseEntity.status(429)
			.header("X-RateLimit-Reset", "20")
			.body(Map.of("errors", List.of(Map.of("code", 20429, "message", "Too many"))));
		assertThatExceptionOfType(OperationsThrottledException.class).isThrownBy(() -> AcceptedOperation.from(response))
			.withMessageStartingWith("The write failed: HTTP 429, code 20429, 'Too many', retry after 20 s");
	}

	@ParameterizedTest
	@CsvSource({ "400, The write failed: HTTP 400. Correct the request.",
			"503, The write failed: HTTP 503. Check what the request did before you repeat it." })
	void messageOfAFailedWriteSaysWhatToDo(int status, String message) {
		assertThatExceptionOfType(OperationsException.class)
			.isThrownBy(() -> AcceptedOperation.from(ResponseEntity.status(status).build()))
			.withMessage(message);
	}

	@Test
	void rateLimitOfWritesDelaysNoPoll() {
		ResponseEntity<Map<String, Object>> response = ResponseEntity.accepted()
			.header("Operation-Id", "op1")
			.header("X-RateLimit-Remaining", "0")
			.header("X-RateLimit-Reset", "20")
			.build();
		assertThat(AcceptedOperation.from(response).retryAfter()).isNull();
	}

	@Test
	void responseEntityWithoutBodyIsRead() {
		ResponseEntity<Map<String, Object>> response = ResponseEntity.accepted().header("Operation-Id", "op1").build();
		assertThat(AcceptedOperation.from(response)).isEqualTo(new AcceptedOperation("op1", null, null, Map.of()));
	}

	@ParameterizedTest
	@CsvSource({ "operationId, op1", "Operation-Id, op1",
			"Operation-Location, https://h.example/v1/Messages/Operations/op1" })
	void headersOfAnyProductNameTheOperation(String name, String value) {
		HttpHeaders headers = new HttpHeaders();
		headers.set(name, value);
		assertThat(AcceptedOperation.from(headers, Map.of("id", "other")).id()).isEqualTo("op1");
	}

	@Test
	void memberOperationLocationNamesTheOperation() {
		AcceptedOperation accepted = AcceptedOperation.from(new HttpHeaders(),
				Map.of("operationLocation", "/v1/Emails/Operations/op1"));
		assertThat(accepted.id()).isEqualTo("op1");
		assertThat(accepted.statusUrl()).hasToString("/v1/Emails/Operations/op1");
	}

	@Test
	void namesOfAProductCountInTheirOrder() {
		AcceptedNames names = new AcceptedNames(List.of("A", "B"), List.of("c"), List.of("D"), List.of("e"),
				List.of("f"), "");
		HttpHeaders headers = new HttpHeaders();
		Map<String, ?> body = Map.of("c", "from-c", "e", "/from-e");
		headers.set("D", "/from-d");
		assertThat(names.id(headers, body, null)).isEqualTo("from-c");
		assertThat(names.statusUrl(headers, body)).hasToString("/from-d");
		headers.set("B", "from-b");
		assertThat(names.id(headers, body, null)).isEqualTo("from-b");
		headers.set("A", "from-a");
		headers.set("D", "http://a b");
		assertThat(names.id(headers, body, null)).isEqualTo("from-a");
		assertThat(names.statusUrl(headers, body)).hasToString("/from-e");
	}

	@ParameterizedTest
	@EnumSource
	void placesThatNameTheOperationCountInTheOrderOfTheProduct(OperationsProduct product) {
		List<String> places = switch (product) {
			case MESSAGES, EMAILS, SENDER_POOLS, PUSH_NOTIFICATIONS ->
				List.of("header operationId", "header operation-id", "member operationId", "header operation-location",
						"member operationLocation", "member statusUrl", "member id");
			default -> List.of("header operation-id", "header operationId", "member operationId", "header location",
					"header operation-location", "member statusUrl", "member operationLocation");
		};
		AcceptedNames names = OperationFormat.of(product).acceptedNames();
		HttpHeaders headers = new HttpHeaders();
		Map<String, String> body = new HashMap<>();
		for (int i = places.size() - 1; i >= 0; i--) {
			String name = places.get(i).substring("header ".length());
			// A bare id may be that of the resource, so it counts by its prefix only.
			String id = (name.equals("id") ? "comms_operation_" : "op") + i;
			String value = (name.toLowerCase(Locale.ROOT).matches(".*(location|url)") ? "/v1/" : "") + id;
			if (places.get(i).startsWith("header ")) {
				headers.set(name, value);
			}
			else {
				body.put(name, value);
			}
			assertThat(names.id(headers, body, names.statusUrl(headers, body))).as(places.get(i)).isEqualTo(id);
		}
	}

	@Test
	void senderPoolOfAWriteIsNotItsOperation() {
		AcceptedNames names = OperationFormat.of(OperationsProduct.SENDER_POOLS).acceptedNames();
		HttpHeaders headers = new HttpHeaders();
		headers.set("operation-location", "https://comms.example/v1/SenderPools/Operations/comms_operation_1");
		Map<String, ?> body = Map.of("id", "comms_senderpool_1");
		assertThat(names.id(headers, body, names.statusUrl(headers, body))).isEqualTo("comms_operation_1");
	}

	@Test
	void idWhenItsPrefixIsForeignIsNotPolledButNamed() {
		MockClientHttpRequest request = new MockClientHttpRequest(HttpMethod.POST,
				URI.create("https://comms.example/v1/PushNotifications"));
		request.getAttributes()
			.put(AcceptedNames.ATTRIBUTE, OperationFormat.of(OperationsProduct.PUSH_NOTIFICATIONS).acceptedNames());
		ClientResponse response = ClientResponse.create(HttpStatus.ACCEPTED)
			.request(request)
			.header(HttpHeaders.CONTENT_TYPE, "application/json")
			.body("{\"id\": \"comms_push_1\"}")
			.build();
		assertThatExceptionOfType(MalformedOperationException.class)
			.isThrownBy(() -> AcceptedOperation.from(response).block())
			.withMessageContaining("The member 'id' is 'comms_push_1', but the id of an operation begins with"
					+ " 'comms_operation_': this is the id of another resource. Check what the write did");
	}

	@Test
	void ambiguousMemberCountsAfterTheStatusUrl() {
		AcceptedNames names = new AcceptedNames(List.of("A"), List.of("c"), List.of("D"), List.of("e"), List.of("f"),
				"from-");
		HttpHeaders headers = new HttpHeaders();
		Map<String, ?> body = Map.of("f", "from-f");
		assertThat(names.id(headers, body, null)).isEqualTo("from-f");
		assertThat(names.id(headers, body, URI.create("/from-url"))).isEqualTo("from-url");
		assertThat(names.id(headers, Map.of("f", "from-f", "c", "from-c"), URI.create("/from-url")))
			.isEqualTo("from-c");
		assertThat(names.neither()).endsWith("the members c, f and e of the body");
	}

}
