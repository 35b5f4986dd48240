package io.operations.test;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

import io.operations.AcceptedOperation;
import io.operations.OperationStatus;
import org.jspecify.annotations.Nullable;

import org.springframework.http.ProblemDetail;

/**
 * Defines the form in which the server of a product answers: its ids, words, members,
 * headers and errors. This class has the form of Conversations, from which the others
 * differ.
 */
class Dialect {

	/**
	 * Return the part of an operation's id that precedes the random part.
	 * @return the prefix, without the underscore
	 */
	String idPrefix() {
		return "proc_job";
	}

	/**
	 * Spell a status.
	 * @param status the status of a script
	 * @return the status as the server of the product sends it
	 */
	String spell(String status) {
		return status;
	}

	/**
	 * Return the URL at which a client polls an operation.
	 * @param operation the operation
	 * @param baseUrl the base URL of the server
	 * @return the URL, absolute or relative
	 */
	String statusUrl(SimulatedOperation operation, String baseUrl) {
		return baseUrl + operation.path();
	}

	/**
	 * Return the response to a write that has started an operation.
	 * @param operation the operation
	 * @param baseUrl the base URL of the server
	 * @param now the present time
	 * @return the response, without {@code Retry-After}
	 */
	Answer accepted(SimulatedOperation operation, String baseUrl, Instant now) {
		String statusUrl = statusUrl(operation, baseUrl);
		Map<String, Object> body = new LinkedHashMap<>();
		body.put("statusUrl", statusUrl);
		body.put("related", related(operation));
		return Answer.json(202, body)
			.header(AcceptedOperation.OPERATION_ID_HEADER, operation.id())
			.header("Location", statusUrl);
	}

	/**
	 * Return the response to a poll.
	 * @param operation the operation
	 * @param baseUrl the base URL of the server
	 * @param now the present time
	 * @return the response, without {@code Retry-After}
	 */
	Answer polled(SimulatedOperation operation, String baseUrl, Instant now) {
		Map<String, @Nullable Object> body = new LinkedHashMap<>();
		putStatus(body, operation, baseUrl, now);
		body.put("related", related(operation));
		ProblemDetail error = operation.script().error();
		body.put("error", (hasCompleted(operation, now) && error != null) ? describe(error) : null);
		return Answer.json(200, body);
	}

	/**
	 * Put the members that most products have into the body of a response.
	 * @param body the body
	 * @param operation the operation
	 * @param baseUrl the base URL of the server
	 * @param now the present time
	 */
	final void putStatus(Map<String, @Nullable Object> body, SimulatedOperation operation, String baseUrl,
			Instant now) {
		body.put("operationId", operation.id());
		body.put("status", operation.statusAt(now));
		body.put("createdAt", operation.createdAt().toString());
		body.put("completedAt", hasCompleted(operation, now) ? operation.completedAt().toString() : null);
		body.put("statusUrl", statusUrl(operation, baseUrl));
	}

	/**
	 * Return whether an operation has a time of completion.
	 * @param operation the operation
	 * @param now the present time
	 * @return {@code true} if the server sends the time
	 */
	boolean hasCompleted(SimulatedOperation operation, Instant now) {
		// Most servers do not send the time of a cancellation.
		OperationStatus status = OperationStatus.of(operation.statusAt(now));
		return status == OperationStatus.COMPLETED || status == OperationStatus.FAILED;
	}

	private static Map<String, String> related(SimulatedOperation operation) {
		return Map.of(operation.resource().name(), operation.resource().id());
	}

	/**
	 * Describe the error of an operation.
	 * @param error the error of the script
	 * @return the members as the server sends them
	 */
	Map<String, @Nullable Object> describe(ProblemDetail error) {
		Map<String, @Nullable Object> json = new LinkedHashMap<>();
		putIfPresent(json, "type", error.getType());
		putIfPresent(json, "title", error.getTitle());
		if (error.getStatus() != 0) {
			json.put("status", error.getStatus());
		}
		putIfPresent(json, "detail", error.getDetail());
		putIfPresent(json, "instance", error.getInstance());
		putProperties(json, error);
		return json;
	}

	static void putIfPresent(Map<String, @Nullable Object> json, String name, @Nullable Object value) {
		if (value != null) {
			json.put(name, value.toString());
		}
	}

	static void putProperties(Map<String, @Nullable Object> json, ProblemDetail error) {
		Map<String, Object> properties = error.getProperties();
		if (properties != null) {
			json.putAll(properties);
		}
	}

	/**
	 * Return the code of the vendor's error for an operation that does not exist.
	 * @return the code
	 */
	int notFoundCode() {
		return 20404;
	}

	/**
	 * Return an error response.
	 * @param status the HTTP status
	 * @param code the code of the vendor's error
	 * @param message the text of the error
	 * @return the response
	 */
	Answer error(int status, int code, String message) {
		Map<String, Object> body = new LinkedHashMap<>();
		body.put("code", code);
		body.put("message", message);
		body.put("more_info", documentation(code));
		body.put("status", status);
		return Answer.json(status, body);
	}

	static String documentation(int code) {
		return "https://www.twilio.com/docs/errors/" + code;
	}

	/**
	 * Say in an error response when the client may repeat the request.
	 * @param error the response
	 * @param retryAfter how long the client waits; {@code null} to say nothing
	 * @return the response with the headers of the product
	 */
	Answer retryAfter(Answer error, @Nullable Duration retryAfter) {
		return error.retryAfter(retryAfter);
	}

}
