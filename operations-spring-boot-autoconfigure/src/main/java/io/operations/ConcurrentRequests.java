package io.operations;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;

/**
 * Reads the {@code Twilio-Concurrent-Requests} header of an answer: how many requests of
 * the account, of all its clients, were under way when the server took or refused this
 * one.
 *
 * @since 0.1.0
 */
public final class ConcurrentRequests {

	/**
	 * The header's name.
	 */
	public static final String HEADER = "Twilio-Concurrent-Requests";

	private static final int MAXIMUM_LENGTH = 9;

	private ConcurrentRequests() {
	}

	/**
	 * Return how many requests of the account were under way.
	 * @param headers the answer's headers
	 * @return the number of requests, {@code null} if the header is missing or no
	 * positive number
	 */
	public static @Nullable Integer of(HttpHeaders headers) {
		String value = headers.getFirst(HEADER);
		if (value == null) {
			return null;
		}
		String number = value.trim();
		if (number.isEmpty() || number.length() > MAXIMUM_LENGTH
				|| !number.chars().allMatch((digit) -> digit >= '0' && digit <= '9')) {
			return null;
		}
		int requests = Integer.parseInt(number);
		return (requests > 0) ? requests : null;
	}

}
