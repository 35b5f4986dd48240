package io.operations.internal.client;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

import io.operations.Operation;
import io.operations.OperationCancelledException;
import io.operations.OperationFailedException;
import io.operations.OperationStatus;
import io.operations.OperationsProduct;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.http.ProblemDetail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

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
	void statusUrlWhenItWasRequestedIsNotParsedAgain() {
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
			"CANCELLED, CANCELLED", "CANCELED, CANCELLED", "canceled, CANCELLED", "SCHEDULED, PENDING",
			"queued, PENDING", "Processing, RUNNING", "in-progress, RUNNING", "IN_PROGRESS, RUNNING", "ACTIVE, UNKNOWN",
			"'', UNKNOWN" })
	void statusIsReadWithoutRegardToCaseAndItsTextKept(String text, OperationStatus status) {
		Operation operation = read("{\"status\": \"" + text + "\"}");
		assertThat(operation.status()).isEqualTo(status);
		assertThat(operation.statusText()).isEqualTo(text);
	}

	@ParameterizedTest
	@ValueSource(strings = { " RUNNING", "RUNNING\\n", "\\t\u00a0 RUNNING \\r\\n", "\\ufeffRUNNING" })
	void whiteSpaceRoundTheStatusIsStripped(String text) {
		Operation operation = read("{\"status\": \"" + text + "\"}");
		assertThat(operation.status()).isEqualTo(OperationStatus.RUNNING);
		assertThat(operation.statusText()).isEqualTo("RUNNING");
	}

	@Test
	void statusOfAnotherKindIsNoWord() {
		for (String value : new String[] { "7", "true", "[\"COMPLETED\"]" }) {
			assertThat(read("{\"status\": " + value + "}").statusText()).isEmpty();
			assertThat(read("{\"status\": " + value + "}").details()).containsKey("status");
		}
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
	void relatedValuesOfOtherTypesAreKeptAsText() {
		Operation operation = read("""
				{"related": {"s": "x", "n": 7, "b": true, "o": {"a": [1]}, "l": ["y"], "nothing": null}}""");
		assertThat(operation.related())
			.isEqualTo(Map.of("s", "x", "n", "7", "b", "true", "o", "{\"a\":[1]}", "l", "[\"y\"]"));
		assertThat(operation.details()).isEmpty();
	}

	@Test
	void relatedWhenItIsNoObjectIsKeptAmongTheDetails() {
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

	@ParameterizedTest
	@CsvSource(delimiter = '|', nullValues = "none", textBlock = """
			{"result": {"type": "RESOURCE_ID", "id": "mem_1"}}       | mem_1
			{"result": {"id": 7}}                                    | 7
			{"resultId": "job_1", "resultUrl": "/x"}                 | job_1
			{"result": {"id": "mem_1"}, "resultId": "job_1"}         | mem_1
			{"result": {"id": " "}, "resultId": "job_1"}             | job_1
			{"result": {"cohortSnapshotId": "s", "profileCount": 9}} | none
			{"result": {"id": null}, "resultId": null}               | none
			{"result": {"id": {"id": "mem_1"}}}                      | none
			{"result": ["mem_1"]}                                    | none
			{"result": "mem_1"}                                      | none
			{"related": {"id": "mem_1"}}                             | none
			""")
	void idOfTheResultIsFound(String json, @Nullable String expected) {
		assertThat(read(json).resultId()).isEqualTo(Optional.ofNullable(expected));
	}

	@Test
	void anotherOperationIdIsKeptAmongTheDetails() {
		Operation operation = read("{\"operationId\": \"proc_job_2\"}");
		assertThat(operation.id()).isEqualTo(ID);
		assertThat(operation.details()).isEqualTo(Map.of("operationId", "proc_job_2"));
		assertThat(read("{\"operationId\": {\"sid\": 1}}").details())
			.isEqualTo(Map.of("operationId", Map.of("sid", 1)));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', nullValues = "none",
			textBlock = """
					COMPLETED  | "updatedAt": "2026-03-01T10:00:09Z"                                        | 2026-03-01T10:00:09Z
					COMPLETED  | "updatedAt": "2026-03-01T10:00:09Z", "completedAt": "2026-03-01T10:00:05Z" | 2026-03-01T10:00:05Z
					COMPLETED  | "updatedAt": "2026-03-01T10:00:09Z", "completedAt": null                   | 2026-03-01T10:00:09Z
					CANCELED   | "updatedAt": "2026-03-01T10:00:09Z"                                        | 2026-03-01T10:00:09Z
					RUNNING    | "updatedAt": "2026-03-01T10:00:09Z"                                        | none
					COMPLETED  | "updatedAt": "soon"                                                        | none
					COMPLETED  | "updatedAt": 7                                                             | none
					""")
	void completedAtWhenMissingIsTheLastUpdate(String word, String members, @Nullable Instant ended) {
		Operation operation = read("{\"status\": \"" + word + "\", " + members + "}");
		assertThat(operation.completedAt()).isEqualTo(ended);
		assertThat(operation.details()).containsKey("updatedAt");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', nullValues = "none",
			textBlock = """
					{"createdAt": "2026-03-01T10:00:00.123456789Z", "updatedAt": "2026-03-01T10:00:05.5Z"} | 2026-03-01T10:00:00.123456789Z | 2026-03-01T10:00:05.500Z
					{"createdAt": "soon", "updatedAt": 7}                                                  | none                           | none
					{}                                                                                     | none                           | none
					[7]                                                                                    | none                           | none
					null                                                                                   | none                           | none
					""")
	void timesWithinTheTranscriptionAreRead(String transcription, @Nullable Instant created, @Nullable Instant ended) {
		Operation operation = read(OperationsProduct.VOICE_TRANSCRIPTIONS,
				"{\"status\": \"COMPLETED\", \"transcription\": " + transcription + "}");
		assertThat(operation.createdAt()).isEqualTo(created);
		assertThat(operation.completedAt()).isEqualTo(ended);
		assertThat(operation.details()).containsOnlyKeys("transcription");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			{"id": "proc_job_1"}                              | {}
			{"operationId": "proc_job_2", "id": "proc_job_1"} | {}
			{"id": "proc_job_2"}                              | {operationId=proc_job_2}
			{"id": 7}                                         | {operationId=7}
			""")
	void idOfABulkOperationIsItsMemberId(String json, String details) {
		Operation operation = read(OperationsProduct.MESSAGES, json);
		assertThat(operation.id()).isEqualTo(ID);
		assertThat(operation.details()).hasToString(details);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			{"stats": {"total": 5, "failed": 2}}                            | {total=5, failed=2}
			{"summary": {"errors": 7, "warnings": 0}}                       | {errors=7, warnings=0}
			{"stats": {"total": 3000000000, "rate": 0.5, "note": "x"}}      | {total=3000000000}
			{"stats": {"total": 5}, "summary": {"errors": 7}}               | {total=5}
			{"stats": [5], "summary": "fine"}                               | {}
			{}                                                              | {}
			""")
	void countsAreTheStats(String json, String stats) {
		assertThat(read(json).stats()).hasToString(stats);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', nullValues = "none", textBlock = """
			{"resultUrl": "/v3/x"}             | /v3/x
			{"resultUrl": " https://h/x "}     | https://h/x
			{"resultUrl": "http://a b"}        | none
			{"resultUrl": " "}                 | none
			{"resultUrl": 7}                   | none
			{}                                 | none
			""")
	void urlOfTheResultIsFound(String json, @Nullable URI expected) {
		assertThat(read(json).resultUrl()).isEqualTo(Optional.ofNullable(expected));
	}

	@Test
	void wordsOfTheApplicationAreReadWithoutRegardToCase() {
		OperationFormat format = Endpoint.FORMAT.withWords(Map.of(OperationStatus.COMPLETED, List.of(" Active ")));
		assertThat(format.status("ACTIVE")).isEqualTo(OperationStatus.COMPLETED);
		assertThat(format.status("\u00a0active")).isEqualTo(OperationStatus.COMPLETED);
		assertThat(format.status("inactive")).isEqualTo(OperationStatus.UNKNOWN);
		assertThat(Endpoint.FORMAT.status("ACTIVE")).isEqualTo(OperationStatus.UNKNOWN);
	}

	@ParameterizedTest
	@ValueSource(strings = { " ", "running", "DONE" })
	void wordWithTwoMeaningsIsRefused(String word) {
		assertThatIllegalArgumentException().isThrownBy(() -> Endpoint.FORMAT.withWords(new TreeMap<>(
				Map.of(OperationStatus.COMPLETED, List.of("done"), OperationStatus.FAILED, List.of(word)))));
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
	void problemStatusWhenItIsNoIntegerIsKeptAsProperty(String status) {
		ProblemDetail problem = problem("{\"status\": " + status + "}");
		assertThat(problem.getStatus()).isZero();
		assertThat(problem.getProperties()).containsOnlyKeys("status");
	}

	@Test
	void problemKeepsItsCodeAndUnexpectedMembers() {
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
	void errorWhenItIsNoObjectIsKeptAmongTheDetails() {
		Operation operation = read("{\"error\": \"broken\", \"status\": \"FAILED\"}");
		assertThat(operation.error()).isNull();
		assertThat(operation.details()).isEqualTo(Map.of("error", "broken"));
		assertThat(operation.status()).isEqualTo(OperationStatus.FAILED);
	}

	@Test
	void detailWhenMissingIsTheMessageOfTheVendor() {
		ProblemDetail problem = problem("{\"code\": 20001, \"message\": \"boom\", \"httpStatusCode\": 409}");
		assertThat(problem.getDetail()).isEqualTo("boom");
		assertThat(problem.getStatus()).isEqualTo(409);
		assertThat(problem.getProperties()).containsEntry("code", 20001).containsEntry("message", "boom");
		assertThat(problem("{\"message\": \"boom\", \"detail\": \"more\"}").getDetail()).isEqualTo("more");
		assertThat(problem("{\"message\": \"boom\", \"detail\": \" \"}").getDetail()).isEqualTo("boom");
		assertThat(problem("{\"status\": 422, \"httpStatusCode\": 409}").getStatus()).isEqualTo(422);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', nullValues = "none",
			textBlock = """
					"error": "boom"                                                          | boom
					"error": {"code": 20001, "message": "boom"}                              | boom (code 20001)
					"error": {"code": "E7", "message": "boom", "detail": ""}                 | boom (code E7)
					"error": {"code": 20001, "message": "boom", "detail": "in use"}          | in use (code 20001)
					"error": {"type": "https://x/1", "title": "Bad", "detail": "boom"}       | boom
					"error": {"title": "Bad", "status": 422, "detail": null}                 | Bad
					"error": {"title": " ", "detail": "\\n", "message": "boom"}              | boom
					"error": {"title": "Bad", "message": "boom"}                             | boom
					"error": {"type": "https://x/20001"}                                     | type https://x/20001
					"error": {"code": 20001}                                                 | code 20001
					"error": {"reason": "quota", "limit": 5, "more": {}}                     | reason quota, limit 5
					"error": {"errors": [{"code": 7, "message": "boom"}]}                    | boom (code 7)
					"error": ["boom"]                                                        | boom
					"errors": [{"code": 7, "message": "boom", "infoUrl": "/7", "context": "$.to"}, {"code": 8, "message": "bang"}] | boom; bang (code 7)
					"error": ["boom", null, "", {"message": "bang", "code": 7}, "boom"]      | boom; bang (code 7)
					"error": [{"code": 20001, "message": "boom"}]                            | boom (code 20001)
					"error": 7                                                               | 7
					"error": null, "errors": [{"code": 20001, "message": "boom"}]            | boom (code 20001)
					"error": {}, "errors": ["boom"]                                          | boom
					"error": null, "message": "boom"                                         | boom
					"error": "bo\\nom"                                                       | bo\\u000aom
					"error": null                                                            | none
					"error": ""                                                              | none
					"error": " \\t"                                                          | none
					"error": {}                                                              | none
					"error": []                                                              | none
					"error": [null, "", {}, []]                                              | none
					"error": {"type": "about:blank", "title": null, "detail": " ", "x": [""]}| none
					"error": {"detail": "", "message": "", "title": ""}, "message": " "      | none
					""")
	void exceptionOfAFailureHasItsText(String error, @Nullable String expected) {
		Operation failed = read("{\"status\": \"FAILED\", " + error + "}");
		assertThat(failed.errorText()).isEqualTo(Optional.ofNullable(expected));
		String ending = ((expected != null) ? ": " + expected : "") + ".";
		assertThat(new OperationFailedException(failed, null)).hasMessage("Operation 'proc_job_1' failed" + ending);
		assertThat(new OperationCancelledException(failed, null))
			.hasMessage("Operation 'proc_job_1' was cancelled" + ending);
	}

	@Test
	void longTextOfAFailureIsCutAndKeepsItsCode() {
		assertThat(read("{\"error\": {\"code\": 7, \"message\": \"" + "x".repeat(10_000) + "\"}}").errorText())
			.hasValueSatisfying((text) -> assertThat(text).hasSizeLessThan(220).endsWith("x… (code 7)"));
	}

	private static ProblemDetail problem(String json) {
		return Objects.requireNonNull(read("{\"error\": " + json + "}").error());
	}

	private static Operation read(String json) {
		return read(OperationsProduct.CONVERSATIONS, json);
	}

	private static Operation read(OperationsProduct product, String json) {
		return Objects.requireNonNull(OperationReader.read(OperationFormat.of(product), ID, REQUESTED, null,
				json.getBytes(StandardCharsets.UTF_8)));
	}

}
