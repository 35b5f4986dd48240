package io.operations.internal;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;

/**
 * Reads the {@code Twilio-Concurrent-Requests} header of a response. The header reports
 * how many requests of the account, from all its clients, were in flight when the server
 * accepted or rejected this one.
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
	 * Return how many requests of the account were in flight.
	 * @param headers the headers of the response
	 * @return the number of requests; {@code null} if the header is missing or is not a
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
