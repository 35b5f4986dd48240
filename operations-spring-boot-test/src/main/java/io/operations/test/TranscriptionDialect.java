package io.operations.test;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.operations.AcceptedOperation;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;

/**
 * Answers in the form of the transcriptions of Voice: the result contains the times, and
 * the operation has no error.
 */
final class TranscriptionDialect extends Dialect {

	private static final DateTimeFormatter NANOSECONDS = DateTimeFormatter
		.ofPattern("yyyy-MM-dd'T'HH:mm:ss.nnnnnnnnn'Z'")
		.withZone(ZoneOffset.UTC);

	@Override
	String idPrefix() {
		return "voice_transcription";
	}

	@Override
	Answer accepted(SimulatedOperation operation, String baseUrl, Instant now) {
		return Answer.json(202, body(operation, baseUrl, now))
			.header(AcceptedOperation.OPERATION_ID_HEADER, operation.id())
			.header("Location", statusUrl(operation, baseUrl));
	}

	@Override
	Answer polled(SimulatedOperation operation, String baseUrl, Instant now) {
		Map<String, @Nullable Object> body = new LinkedHashMap<>();
		body.put("operationId", operation.id());
		body.putAll(body(operation, baseUrl, now));
		return Answer.json(200, body);
	}

	private Map<String, Object> body(SimulatedOperation operation, String baseUrl, Instant now) {
		String status = operation.statusAt(now);
		String statusUrl = statusUrl(operation, baseUrl);
		Map<String, Object> transcription = new LinkedHashMap<>();
		transcription.put("id", operation.id());
		transcription.put("accountId", "AC" + "0".repeat(32));
		transcription.put("status", status);
		transcription.put("transcriptionConfigurationId", "voice_transcriptionconfiguration_" + "0".repeat(26));
		transcription.put("conversationId", operation.resource().id());
		transcription.put("createdAt", NANOSECONDS.format(operation.createdAt()));
		transcription.put("updatedAt", NANOSECONDS.format(operation.updatedAt(now)));
		transcription.put("url", statusUrl);
		Map<String, Object> body = new LinkedHashMap<>();
		body.put("status", status);
		body.put("statusUrl", statusUrl);
		body.put("transcription", transcription);
		return body;
	}

	@Override
	Answer error(int status, int code, String message) {
		HttpStatus known = HttpStatus.resolve(status);
		Map<String, Object> body = new LinkedHashMap<>();
		body.put("type", documentation(code));
		body.put("title", (known != null) ? known.getReasonPhrase() : "Error");
		body.put("status", status);
		body.put("detail", message);
		body.put("code", code);
		body.put("errors", List.of());
		return Answer.problem(status, body);
	}

}
