package io.operations.client;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.operations.Operation;
import io.operations.OperationStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.http.ProblemDetail;

import static org.assertj.core.api.Assertions.assertThat;

class OperationReaderTests {

	private static final String ID = "proc_job_1";

	private static final URI REQUESTED = URI.create("https://x/v2/ControlPlane/Operations/proc_job_1");

	@Test
	void documentedSampleIsRead() {
		Operation operation = read("""
				{"operationId":"proc_job_1","status":"COMPLETED","createdAt":"2025-01-15T10:30:00Z",
				"completedAt":"2025-01-15T10:30:05Z","statusUrl":"https://x/v2/ControlPlane/Operations/proc_job_1",
				"related":{"configurationId":"cfg_1"},"error":null}""");
		assertThat(operation).isEqualTo(new Operation(ID, OperationStatus.COMPLETED, "COMPLETED",
				Instant.parse("2025-01-15T10:30:00Z"), Instant.parse("2025-01-15T10:30:05Z"),
				URI.create("https://x/v2/ControlPlane/Operations/proc_job_1"), null, Map.of("configurationId", "cfg_1"),
				Map.of()));
	}

	@Test
	void statusUrlThatWasAskedIsNotParsedAgain() {
		assertThat(read("{\"statusUrl\": \"" + REQUESTED + "\"}").statusUrl()).isSameAs(REQUESTED);
		assertThat(read("{\"statusUrl\": \"" + REQUESTED + "/\"}").statusUrl()).isEqualTo(URI.create(REQUESTED + "/"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "{}", """
			{"operationId": null, "status": null, "createdAt": null, "completedAt": null, "statusUrl": null,
			"related": null, "error": null}""" })
	void everyPropertyIsOptional(String json) {
		assertThat(read(json))
			.isEqualTo(new Operation(ID, OperationStatus.UNKNOWN, "", null, null, null, null, Map.of(), Map.of()));
	}

	@ParameterizedTest
	@CsvSource({ "PENDING, PENDING", "running, RUNNING", "Completed, COMPLETED", "FAILED, FAILED",
			"CANCELLED, CANCELLED", "CANCELED, UNKNOWN", "QUEUED, UNKNOWN", "'', UNKNOWN", "' RUNNING', UNKNOWN" })
	void statusIsReadWithoutRegardToCaseAndItsTextKept(String text, OperationStatus status) {
		Operation operation = read("{\"status\": \"" + text + "\"}");
		assertThat(operation.status()).isEqualTo(status);
		assertThat(operation.statusText()).isEqualTo(text);
	}

	@Test
	void statusOfAnotherKindIsUnknown() {
		assertThat(read("{\"status\": 7}").statusText()).isEqualTo("7");
		assertThat(read("{\"status\": 7}").status()).isEqualTo(OperationStatus.UNKNOWN);
		Operation operation = read("{\"status\": {\"name\": \"COMPLETED\"}}");
		assertThat(operation.status()).isEqualTo(OperationStatus.UNKNOWN);
		assertThat(operation.details()).isEqualTo(Map.of("status", Map.of("name", "COMPLETED")));
	}

	@ParameterizedTest
	@ValueSource(strings = { "createdAt", "completedAt" })
	void unreadableDateIsKeptAmongTheDetails(String name) {
		Operation operation = read("{\"" + name + "\": \"soon\", \"status\": \"RUNNING\"}");
		assertThat(operation.createdAt()).isNull();
		assertThat(operation.completedAt()).isNull();
		assertThat(operation.details()).isEqualTo(Map.of(name, "soon"));
		assertThat(operation.status()).isEqualTo(OperationStatus.RUNNING);
		assertThat(read("{\"" + name + "\": 1736937000}").details()).isEqualTo(Map.of(name, 1736937000));
	}

	@Test
	void relativeStatusUrlIsRead() {
		assertThat(read("{\"statusUrl\": \"/preview/CohortOperations/1\"}").statusUrl())
			.isEqualTo(URI.create("/preview/CohortOperations/1"));
	}

	@Test
	void unreadableStatusUrlIsKeptAmongTheDetails() {
		Operation operation = read("{\"statusUrl\": \"http://a b\"}");
		assertThat(operation.statusUrl()).isNull();
		assertThat(operation.details()).isEqualTo(Map.of("statusUrl", "http://a b"));
	}

	@Test
	void relatedValuesThatAreNoStringsAreKeptAsText() {
		Operation operation = read("""
				{"related": {"s": "x", "n": 7, "b": true, "o": {"a": [1]}, "l": ["y"], "nothing": null}}""");
		assertThat(operation.related())
			.isEqualTo(Map.of("s", "x", "n", "7", "b", "true", "o", "{\"a\":[1]}", "l", "[\"y\"]"));
		assertThat(operation.details()).isEmpty();
	}

	@Test
	void relatedThatIsNoObjectIsKeptAmongTheDetails() {
		Operation operation = read("{\"related\": [\"cfg_1\"]}");
		assertThat(operation.related()).isEmpty();
		assertThat(operation.details()).isEqualTo(Map.of("related", List.of("cfg_1")));
	}

	@Test
	void unknownPropertiesAreKeptInOrderWithTheirNulls() {
		Operation operation = read("""
				{"result": {"type": "RESOURCE_ID", "id": "1"}, "resultUrl": "/x", "progress": 0.5, "note": null,
				"list": [1, null], "flag": false, "status": "RUNNING"}""");
		assertThat(operation.details().keySet()).containsExactly("result", "resultUrl", "progress", "note", "list",
				"flag");
		assertThat(operation.details()).containsEntry("result", Map.of("type", "RESOURCE_ID", "id", "1"))
			.containsEntry("resultUrl", "/x")
			.containsEntry("progress", 0.5)
			.containsEntry("note", null)
			.containsEntry("list", Arrays.asList(1, null))
			.containsEntry("flag", false);
		assertThat(operation.status()).isEqualTo(OperationStatus.RUNNING);
	}

	@Test
	void anotherOperationIdIsKeptAmongTheDetails() {
		Operation operation = read("{\"operationId\": \"proc_job_2\"}");
		assertThat(operation.id()).isEqualTo(ID);
		assertThat(operation.details()).isEqualTo(Map.of("operationId", "proc_job_2"));
		assertThat(read("{\"operationId\": {\"sid\": 1}}").details())
			.isEqualTo(Map.of("operationId", Map.of("sid", 1)));
	}

	@Test
	void problemIsRead() {
		ProblemDetail problem = problem("""
				{"type": "https://x/20001", "title": "Bad", "status": 422, "detail": "No", "instance": "/i/1"}""");
		assertThat(problem.getType()).isEqualTo(URI.create("https://x/20001"));
		assertThat(problem.getTitle()).isEqualTo("Bad");
		assertThat(problem.getStatus()).isEqualTo(422);
		assertThat(problem.getDetail()).isEqualTo("No");
		assertThat(problem.getInstance()).isEqualTo(URI.create("/i/1"));
		assertThat(problem.getProperties()).isNull();
	}

	@ParameterizedTest
	@ValueSource(ints = { -1, 0, 7, 20001, Integer.MAX_VALUE })
	void problemStatusMayBeAnyInteger(int status) {
		assertThat(problem("{\"status\": " + status + "}").getStatus()).isEqualTo(status);
	}

	@ParameterizedTest
	@ValueSource(strings = { "\"bad\"", "99999999999", "4.5", "{}" })
	void problemStatusThatIsNoIntegerIsKeptAsAProperty(String status) {
		ProblemDetail problem = problem("{\"status\": " + status + "}");
		assertThat(problem.getStatus()).isZero();
		assertThat(problem.getProperties()).containsOnlyKeys("status");
	}

	@Test
	void problemKeepsItsCodeAndWhatDoesNotFit() {
		ProblemDetail problem = problem(
				"{\"code\": 20001, \"type\": \"a b\", \"title\": 7, \"detail\": null, \"errors\": [1]}");
		assertThat(problem.getTitle()).isNull();
		assertThat(problem.getDetail()).isNull();
		assertThat(problem.getProperties()).containsEntry("code", 20001)
			.containsEntry("type", "a b")
			.containsEntry("title", 7)
			.containsEntry("errors", List.of(1));
	}

	@Test
	void errorThatIsNoObjectIsKeptAmongTheDetails() {
		Operation operation = read("{\"error\": \"broken\", \"status\": \"FAILED\"}");
		assertThat(operation.error()).isNull();
		assertThat(operation.details()).isEqualTo(Map.of("error", "broken"));
		assertThat(operation.status()).isEqualTo(OperationStatus.FAILED);
	}

	private static ProblemDetail problem(String json) {
		return Objects.requireNonNull(read("{\"error\": " + json + "}").error());
	}

	private static Operation read(String json) {
		return Objects.requireNonNull(OperationReader.read(ID, REQUESTED, null, json.getBytes(StandardCharsets.UTF_8)));
	}

}
