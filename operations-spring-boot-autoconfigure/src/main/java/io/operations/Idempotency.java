package io.operations;

import java.util.Set;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;

/**
 * Decides whether a request can be sent again although nobody knows what became of it. A
 * request that only reads can. A write can if it has an {@code Idempotency-Key}: the
 * server then answers a repetition with its first response.
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
	 * @return {@code true} for a read, and for a write with a key
	 */
	public static boolean isRepeatable(HttpMethod method, HttpHeaders headers) {
		return isRead(method) || headers.containsHeader(KEY_HEADER);
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
		return (key != null) ? " The write may have had its effect. It has the " + KEY_HEADER + " '"
				+ OperationsErrorResponse.printable(key)
				+ "': with the same key and the same body, you can send it again." : unrepeatable(keyPrefix);
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
