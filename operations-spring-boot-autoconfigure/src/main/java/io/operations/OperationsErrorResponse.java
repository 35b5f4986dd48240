package io.operations;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import io.operations.internal.ConcurrentRequests;
import io.operations.internal.KeyPrefix;
import io.operations.internal.ReadableDuration;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;

/**
 * Contains what the server reported in a response that is not a success. The server sends
 * one of the vendor's formats, an RFC 9457 problem, or only a status. Some of the
 * vendor's formats have a list of {@code errors}. All texts are trimmed and escaped.
 *
 * @param status the HTTP status
 * @param code the vendor's error code; {@code null} if the server sent none
 * @param message what went wrong, in the server's words; {@code null} if it sent nothing
 * @param requestId the {@code Twilio-Request-Id}, which the vendor's support needs to
 * find the request; {@code null} if the server sent none
 * @param retryAfter how long the server wants the client to wait; {@code null} if it
 * named no time
 * @param concurrentRequests how many requests of the account were in flight
 * ({@link ConcurrentRequests}); {@code null} if the server did not report it
 * @param conflictingResourceId the id of the resource that is in the way of a write
 * (409); {@code null} if the server sent none
 * @since 0.1.0
 */
public record OperationsErrorResponse(int status, @Nullable Integer code, @Nullable String message,
		@Nullable String requestId, @Nullable Duration retryAfter, @Nullable Integer concurrentRequests,
		@Nullable String conflictingResourceId) {

	/**
	 * The header that identifies a request. The vendor's support needs it.
	 */
	public static final String REQUEST_ID_HEADER = "Twilio-Request-Id";

	/**
	 * The header of a 409 that names the resource in the way of a write.
	 */
	public static final String CONFLICTING_RESOURCE_HEADER = "X-Conflicting-Resource-Id";

	private static final int MAXIMUM_MESSAGE = 200;

	/**
	 * Create a response that names no resource in the way.
	 * @param status the HTTP status
	 * @param code the vendor's error code; {@code null} if the server sent none
	 * @param message what went wrong, in the server's words; {@code null} if it sent
	 * nothing
	 * @param requestId the {@code Twilio-Request-Id}; {@code null} if the server sent
	 * none
	 * @param retryAfter how long the server wants the client to wait; {@code null} if it
	 * named no time
	 * @param concurrentRequests how many requests of the account were in flight;
	 * {@code null} if the server did not report it
	 */
	public OperationsErrorResponse(int status, @Nullable Integer code, @Nullable String message,
			@Nullable String requestId, @Nullable Duration retryAfter, @Nullable Integer concurrentRequests) {
		this(status, code, message, requestId, retryAfter, concurrentRequests, null);
	}

	/**
	 * Read an error response.
	 * @param status the HTTP status
	 * @param headers the headers of the response
	 * @param body the members of its JSON body; empty if it has none
	 * @param receivedAt when the client received the response
	 * @return what the server reported
	 */
	public static OperationsErrorResponse of(int status, HttpHeaders headers, Map<String, ?> body, Instant receivedAt) {
		return new OperationsErrorResponse(status, ErrorText.code(body), printableOrNull(ErrorText.message(body)),
				printableOrNull(headers.getFirst(REQUEST_ID_HEADER)), RetryAfter.of(status, headers, receivedAt),
				ConcurrentRequests.of(headers), printableOrNull(headers.getFirst(CONFLICTING_RESOURCE_HEADER)));
	}

	/**
	 * Return a text of the server in a form that is safe for messages and logs. The
	 * result has at most 200 characters of the text, and control characters are escaped.
	 * @param text the text
	 * @return the printable form
	 */
	public static String printable(String text) {
		String trimmed = text.strip();
		StringBuilder result = new StringBuilder(Math.min(trimmed.length(), MAXIMUM_MESSAGE) + 1);
		for (int i = 0; i < trimmed.length(); i++) {
			if (i == MAXIMUM_MESSAGE) {
				return result.append('…').toString();
			}
			char c = trimmed.charAt(i);
			if (isUnprintable(c)) {
				result.append(String.format("\\u%04x", (int) c));
			}
			else {
				result.append(c);
			}
		}
		return result.toString();
	}

	private static boolean isUnprintable(char c) {
		int type = Character.getType(c);
		return Character.isISOControl(c) || type == Character.FORMAT || type == Character.LINE_SEPARATOR
				|| type == Character.PARAGRAPH_SEPARATOR;
	}

	private static @Nullable String printableOrNull(@Nullable String text) {
		return (text != null) ? printable(text) : null;
	}

	/**
	 * Return the exception that matches the status of this response.
	 * @param subject the beginning of the message, which says what failed
	 * @param operationId the operation's id; {@code null} if there is none
	 * @return the exception
	 */
	public OperationsException toException(String subject, @Nullable String operationId) {
		return toException(subject, operationId,
				(operationId != null) ? "" : " Check what the request did before you repeat it.");
	}

	/**
	 * Return the exception that matches the status of this response.
	 * @param subject the beginning of the message, which says what failed
	 * @param operationId the operation's id; {@code null} if there is none
	 * @param afterFault a sentence with a leading space for a 5xx status, 408 and 425,
	 * after which nobody knows what the request did; may be empty
	 * @return the exception
	 */
	public OperationsException toException(String subject, @Nullable String operationId, String afterFault) {
		return toException(subject, operationId, afterFault, KeyPrefix.DEFAULT);
	}

	/**
	 * Return the exception that matches the status of this response.
	 * @param subject the beginning of the message, which says what failed
	 * @param operationId the operation's id; {@code null} if there is none
	 * @param afterFault a sentence with a leading space for a 5xx status, 408 and 425,
	 * after which nobody knows what the request did; may be empty
	 * @param keyPrefix the prefix of the configuration keys that the message names
	 * @return the exception
	 */
	public OperationsException toException(String subject, @Nullable String operationId, String afterFault,
			String keyPrefix) {
		return toException(subject, operationId, afterFault, "", keyPrefix);
	}

	// Every message gets the given end, whatever the status.
	OperationsException toException(String subject, @Nullable String operationId, String afterFault, String end,
			String keyPrefix) {
		String text = subject + ": " + describe();
		return switch (this.status) {
			case 401, 403 -> new OperationsAuthenticationException(
					text + ". Check the credentials and their permissions." + end, operationId, this);
			case 404 -> new OperationNotFoundException(text + ((operationId != null)
					? ". The id may be wrong or belong to another account, or the operation may have expired."
					: ". Check the path of the request, the ids in it, " + keyPrefix + ".product and " + keyPrefix
							+ ".base-url.")
					+ end, operationId, this);
			case 429 -> new OperationsThrottledException(text + "." + end, operationId, this);
			case 407 -> new OperationsUnavailableException(
					text + ". A proxy requires credentials, so the request did not reach the server. Configure the"
							+ " proxy's user name and password in the HTTP client (\"Behind a proxy\" in the"
							+ " documentation)." + end,
					operationId, this);
			case 408, 425 -> new OperationsUnavailableException(text + "." + afterFault + end, operationId, this);
			default -> (this.status >= 500)
					? new OperationsUnavailableException(text + "." + afterFault + end, operationId, this)
					: new OperationsRequestException(text + ((operationId != null)
							? ". Check the id, " + keyPrefix + ".path and " + keyPrefix + ".base-url."
							: ". Correct the request.") + end, operationId, this);
		};
	}

	/**
	 * Return this response in one line: the status, the vendor's code and message, the
	 * time to wait, the requests in flight, the resource in the way and the request id.
	 * @return the line
	 */
	public String describe() {
		StringBuilder text = new StringBuilder("HTTP ").append(this.status);
		if (this.code != null) {
			text.append(", code ").append(this.code);
		}
		if (this.message != null && !this.message.isEmpty()) {
			text.append(", '").append(this.message).append('\'');
		}
		if (this.retryAfter != null) {
			text.append(", retry after ").append(ReadableDuration.of(this.retryAfter));
		}
		if (this.concurrentRequests != null) {
			text.append(", ").append(this.concurrentRequests).append(" requests of the account in flight");
		}
		if (this.conflictingResourceId != null) {
			text.append(", conflicts with the resource ").append(this.conflictingResourceId);
		}
		if (this.requestId != null) {
			text.append(" (").append(REQUEST_ID_HEADER).append(": ").append(this.requestId).append(')');
		}
		return text.toString();
	}

}
