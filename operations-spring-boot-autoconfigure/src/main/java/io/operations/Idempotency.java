package io.operations;

import java.util.Set;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.util.StringUtils;

/**
 * Decides whether a request can be sent again although its effect is unknown. A read can
 * be sent again. A write can be sent again if it has an {@code Idempotency-Key}, because
 * the server then answers a repetition with the response to the first attempt.
 *
 * @since 0.1.0
 */
public final class Idempotency {

	/**
	 * The header with the key of a write.
	 */
	public static final String KEY_HEADER = "Idempotency-Key";

	private static final Set<HttpMethod> READS = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS,
			HttpMethod.TRACE);

	/**
	 * The attribute that marks a repetition of a write. An earlier attempt of the write
	 * may have had its effect.
	 */
	public static final String UNSURE_ATTRIBUTE = Idempotency.class.getName() + ".unsure";

	private Idempotency() {
	}

	/**
	 * Return whether a request only reads.
	 * @param method the method of the request
	 * @return {@code true} for GET, HEAD, OPTIONS and TRACE
	 */
	public static boolean isRead(HttpMethod method) {
		return READS.contains(method);
	}

	/**
	 * Return whether a request can be sent again without having its effect twice.
	 * @param method the method of the request
	 * @param headers the headers of the request
	 * @return {@code true} for a read, and for a write with a key that is not blank
	 */
	public static boolean isRepeatable(HttpMethod method, HttpHeaders headers) {
		return isRead(method) || StringUtils.hasText(headers.getFirst(KEY_HEADER));
	}

	/**
	 * Return the advice for a request whose effect is not known.
	 * @param method the method of the request
	 * @param headers the headers of the request
	 * @param keyPrefix the prefix of the configuration keys of the client
	 * @return one or more sentences with a leading space; empty for a read
	 */
	public static String advice(HttpMethod method, HttpHeaders headers, String keyPrefix) {
		if (isRead(method)) {
			return "";
		}
		String key = headers.getFirst(KEY_HEADER);
		return StringUtils.hasText(key) ? " The write may have had its effect. It has the " + KEY_HEADER + " '"
				+ OperationsErrorResponse.printable(key)
				+ "': with the same key and the same body, you can send it again." : unrepeatable(keyPrefix);
	}

	/**
	 * Return the advice for a write if an earlier attempt may have had its effect. The
	 * outcome of the last attempt does not matter.
	 * @param method the method of the request
	 * @param headers the headers of the request
	 * @param keyPrefix the prefix of the configuration keys that the advice names
	 * @return one or more sentences with a leading space; empty for a read
	 */
	public static String adviceAfterEarlierAttempt(HttpMethod method, HttpHeaders headers, String keyPrefix) {
		return isRead(method) ? "" : " An earlier attempt was sent." + advice(method, headers, keyPrefix);
	}

	/**
	 * Add advice to an exception that the client caused, without a response of the
	 * server.
	 * @param fault the exception
	 * @param advice one or more sentences with a leading space
	 * @return an exception of the same type with the longer message; the given exception
	 * if the server caused it
	 */
	public static OperationsException withAdvice(OperationsException fault, String advice) {
		String text = fault.getMessage() + advice;
		if (fault instanceof OperationsClosedException) {
			return new OperationsClosedException(text);
		}
		if (fault instanceof OperationsThrottledException refusal && refusal.isLocal()) {
			return new OperationsThrottledException(text, refusal.getOperationId(), refusal.getRetryAfter());
		}
		Throwable cause = fault.getCause();
		return (fault instanceof OperationsUnavailableException && cause != null)
				? new OperationsUnavailableException(text, fault.getOperationId(), cause) : fault;
	}

	private static String unrepeatable(String keyPrefix) {
		return " The write may have had its effect. The client does not repeat it, because it has no " + KEY_HEADER
				+ ": check what it did before you send it again. If the product supports this header, set " + keyPrefix
				+ ".writes.idempotency-key=true.";
	}

	/**
	 * Return the beginning of a message about a request.
	 * @param method the method of the request
	 * @return "The write" or "The request"
	 */
	static String subject(HttpMethod method) {
		return isRead(method) ? "The request" : "The write";
	}

}
