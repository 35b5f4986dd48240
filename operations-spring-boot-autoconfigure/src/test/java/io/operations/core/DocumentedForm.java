package io.operations.core;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

import io.operations.OperationStatus;
import io.operations.OperationsProduct;
import org.jspecify.annotations.Nullable;

/**
 * Describes how a product reports its operations according to its documentation.
 */
@SuppressWarnings("ImmutableEnumChecker")
enum DocumentedForm {

	CONVERSATIONS(OperationsProduct.CONVERSATIONS, "proc_job_1", Words.SIX, """
			{"operationId": "$ID", "status": "$WORD", "createdAt": "2026-03-01T10:00:00Z", "completedAt": $ENDED,
			"statusUrl": "$BASE/v2/ControlPlane/Operations/$ID", "related": {"configurationId": "conf_1"},
			"error": $ERROR}""", """
			{"type": "https://vendor.example/errors/21001", "title": "Conflict", "status": 409,
			"detail": "The name is taken", "instance": "/requests/7"}""", "The name is taken",
			"{\"code\": 20004, \"message\": \"Refused\", \"more_info\": \"https://vendor.example/20004\", \"status\": 400}",
			Map.of("Operation-Id", "$ID", "Location", "/v2/ControlPlane/Operations/$ID", "Retry-After", "3"),
			"{\"statusUrl\": \"$BASE/v2/ControlPlane/Operations/$ID\", \"related\": {\"configurationId\": \"conf_1\"}}"),

	MEMORY(OperationsProduct.MEMORY, "mem_operation_1", Words.SIX,
			"""
					{"operationId": "$ID", "status": "$WORD", "createdAt": "2026-03-01T10:00:00Z", "completedAt": $ENDED,
					"statusUrl": "/v1/ControlPlane/Operations/$ID", "error": $ERROR, "resultUrl": "/v1/ControlPlane/Stores/result_1",
					"result": {"type": "RESOURCE_ID", "id": "result_1"}}""",
			"""
					{"type": "https://vendor.example/errors/52001", "title": "Bad", "code": 52001, "detail": "Too many stores"}""",
			"Too many stores (code 52001)",
			"{\"code\": 20004, \"message\": \"Refused\", \"more_info\": \"https://vendor.example/20004\", \"status\": 400}",
			Map.of("Operation-Id", "$ID", "Location", "$BASE/v1/ControlPlane/Operations/$ID", "Retry-After", "3"),
			"{\"message\": \"accepted\", \"statusUrl\": \"/v1/ControlPlane/Operations/$ID\"}"),

	KNOWLEDGE(OperationsProduct.KNOWLEDGE, "know_operation_1", Words.SIX, """
			{"operationId": "$ID", "status": "$WORD", "createdAt": "2026-03-01T10:00:00.123Z", "completedAt": $ENDED,
			"error": $ERROR, "result": {"type": "RESOURCE_ID", "id": "result_1"}, "resultUrl": "/v2/x/result_1"}""",
			"""
					{"type": "https://vendor.example/errors/53001", "title": "Bad", "code": 53001, "detail": "No such source"}""",
			"No such source (code 53001)",
			"{\"code\": 20004, \"message\": \"Refused\", \"more_info\": \"https://vendor.example/20004\", \"status\": 400}",
			Map.of("Operation-Id", "$ID", "Location", "/v2/ControlPlane/Operations/$ID", "Retry-After", "3"),
			"{\"message\": \"accepted\", \"statusUrl\": \"/v2/ControlPlane/Operations/$ID\"}"),

	COHORTS(OperationsProduct.COHORTS, "cmp_operation_1", Words.SIX, """
			{"operationId": "$ID", "status": "$WORD", "createdAt": "2026-03-01T10:00:00Z", "completedAt": $ENDED,
			"statusUrl": "/preview/CohortOperations/$ID", "error": $ERROR, "resultUrl": "/preview/CohortSnapshots/s_1",
			"result": {"cohortSnapshotId": "s_1", "profileCount": 12}}""",
			"{\"title\": \"Bad\", \"detail\": \"The rule matches nobody\"}", "The rule matches nobody",
			"{\"title\": \"Refused\", \"status\": 400}", Map.of(), """
					{"operationId": "$ID", "status": "PENDING", "createdAt": "2026-03-01T10:00:00Z",
					"statusUrl": "/preview/CohortOperations/$ID"}"""),

	INSIGHTS_QUERIES(OperationsProduct.INSIGHTS_QUERIES, "proc_job_2", Words.SIX, """
			{"operationId": "$ID", "status": "$WORD", "createdAt": "2026-03-01T10:00:00Z", "completedAt": $ENDED,
			"resultUrl": "/v3/Results/$ID", "resultId": "$ID", "resultRetentionPeriod": "P7D", "error": $ERROR}""",
			"{\"code\": 61001, \"message\": \"Bad\", \"httpStatusCode\": 422, \"detail\": \"The query is too wide\"}",
			"The query is too wide (code 61001)", """
					{"code": 20004, "message": "Refused", "httpStatusCode": 400, "userError": true, "params": {}}""",
			Map.of("Location", "/v3/InsightsDomains/Conversations/QueryJobs/$ID", "Retry-After", "3"), """
					{"operationId": "$ID", "status": "PENDING", "createdAt": "2026-03-01T10:00:00Z",
					"statusUrl": "/v3/InsightsDomains/Conversations/QueryJobs/$ID"}"""),

	VOICE_TRANSCRIPTIONS(OperationsProduct.VOICE_TRANSCRIPTIONS, "voice_transcription_1", Words.FOUR, """
			{"operationId": "$ID", "status": "$WORD", "transcription": {"conversationId": "conv_1", "url": "/v3/x",
			"createdAt": "2026-03-01T10:00:00.000000000Z", "updatedAt": $UPDATED}}""", "null", null, """
			{"type": "https://vendor.example/20004", "title": "Bad", "status": 400, "code": 20004, "detail": "Refused",
			"errors": [{"detail": "must not be empty", "pointer": "/url"}]}""",
			Map.of("Operation-Id", "$ID", "Location", "/v3/Transcriptions/$ID", "Retry-After", "3", "Idempotency-Key",
					"k"),
			"{\"status\": \"PENDING\", \"statusUrl\": \"/v3/Transcriptions/$ID\", \"transcription\": {}}"),

	MESSAGES(OperationsProduct.MESSAGES, "comms_operation_1", Words.COMMS, Comms.OPERATION, "null", null, Comms.FAULT,
			Map.of("operation-id", "$ID", "operation-location", "$BASE/v1/Messages/Operations/$ID", "resource-location",
					"/v1/Messages/m_1"),
			""),

	EMAILS(OperationsProduct.EMAILS, "comms_operation_2", Words.COMMS, Comms.OPERATION, "null", null, Comms.FAULT,
			Map.of(), "{\"operationId\": \"$ID\", \"operationLocation\": \"/v1/Emails/Operations/$ID\"}"),

	SENDER_POOLS(OperationsProduct.SENDER_POOLS, "comms_operation_3", Words.COMMS, Comms.OPERATION, "null", null,
			Comms.FAULT, Map.of("operationId", "$ID"), "{\"id\": \"pool_1\"}"),

	PUSH_NOTIFICATIONS(OperationsProduct.PUSH_NOTIFICATIONS, "comms_operation_4", Words.COMMS, Comms.OPERATION, "null",
			null, Comms.FAULT, Map.of(), "{\"id\": \"$ID\", \"status\": \"PROCESSING\"}");

	static final Instant CREATED = Instant.parse("2026-03-01T10:00:00Z");

	static final Instant ENDED = Instant.parse("2026-03-01T10:00:05Z");

	final OperationsProduct product;

	final String id;

	final Map<String, OperationStatus> words;

	final @Nullable String errorText;

	final String fault;

	private final String operation;

	private final String error;

	private final Map<String, String> acceptedHeaders;

	private final String acceptedBody;

	DocumentedForm(OperationsProduct product, String id, Map<String, OperationStatus> words, String operation,
			String error, @Nullable String errorText, String fault, Map<String, String> acceptedHeaders,
			String acceptedBody) {
		this.product = product;
		this.id = id;
		this.words = words;
		this.operation = operation;
		this.error = error;
		this.errorText = errorText;
		this.fault = fault;
		this.acceptedHeaders = acceptedHeaders;
		this.acceptedBody = acceptedBody;
	}

	/**
	 * Return a response to a poll.
	 * @param word the word of its status
	 */
	String operation(String word) {
		OperationStatus status = this.words.getOrDefault(word.toUpperCase(Locale.ROOT), OperationStatus.UNKNOWN);
		String ended = status.isTerminal() ? "\"2026-03-01T10:00:05Z\"" : "null";
		return this.operation.replace("$ID", this.id)
			.replace("$WORD", word)
			.replace("$ENDED", ended)
			.replace("$UPDATED", status.isTerminal() ? "\"2026-03-01T10:00:05.000000000Z\"" : "null")
			.replace("$ERROR", (status == OperationStatus.FAILED) ? this.error : "null");
	}

	String acceptedBody(String baseUrl) {
		return this.acceptedBody.replace("$ID", this.id).replace("$BASE", baseUrl);
	}

	Map<String, String> acceptedHeaders(String baseUrl) {
		Map<String, String> headers = new LinkedHashMap<>();
		this.acceptedHeaders
			.forEach((name, value) -> headers.put(name, value.replace("$ID", this.id).replace("$BASE", baseUrl)));
		return headers;
	}

	String running() {
		return this.words.containsKey("RUNNING") ? "RUNNING" : "PROCESSING";
	}

	/**
	 * The documented words.
	 */
	private static final class Words {

		static final Map<String, OperationStatus> SIX = Map.of("PENDING", OperationStatus.PENDING, "RUNNING",
				OperationStatus.RUNNING, "COMPLETED", OperationStatus.COMPLETED, "FAILED", OperationStatus.FAILED,
				"CANCELLED", OperationStatus.CANCELLED);

		static final Map<String, OperationStatus> FOUR = Map.of("PENDING", OperationStatus.PENDING, "RUNNING",
				OperationStatus.RUNNING, "COMPLETED", OperationStatus.COMPLETED, "FAILED", OperationStatus.FAILED);

		static final Map<String, OperationStatus> COMMS = Map.of("SCHEDULED", OperationStatus.PENDING, "PROCESSING",
				OperationStatus.RUNNING, "COMPLETED", OperationStatus.COMPLETED, "CANCELED", OperationStatus.CANCELLED);

		private Words() {
		}

	}

	/**
	 * The form that four products share.
	 */
	private static final class Comms {

		static final String OPERATION = """
				{"id": "$ID", "status": "$WORD", "createdAt": "2026-03-01T10:00:00Z", "updatedAt": $UPDATED,
				"stats": {"total": 5, "recipients": 5, "sent": 3, "failed": 2}}""";

		static final String FAULT = """
				{"errors": [{"code": 20004, "message": "Refused", "infoUrl": "https://vendor.example/20004",
				"context": "$.to[0]"}, {"code": 20005, "message": "Refused, too"}]}""";

		private Comms() {
		}

	}

}
