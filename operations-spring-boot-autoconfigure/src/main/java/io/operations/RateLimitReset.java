package io.operations;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;

/**
 * Reads when the window of a rate limit resets. Some products send this time instead of
 * {@code Retry-After}.
 */
final class RateLimitReset {

	private static final String[] NAMES = { "X-RateLimit-", "RateLimit-", "X-Rate-Limit-" };

	// A number above this limit is not a time to wait but a time since 1970: in seconds,
	// or in milliseconds above the next limit.
	private static final BigDecimal EPOCH_SECONDS = BigDecimal.valueOf(1_000_000_000L);

	private static final BigDecimal EPOCH_MILLIS = BigDecimal.valueOf(1_000_000_000_000L);

	private static final BigDecimal NO_TIME = BigDecimal.valueOf(100_000_000_000_000L);

	private RateLimitReset() {
	}

	static @Nullable Duration of(int status, HttpHeaders headers, Instant receivedAt) {
		if (status < HttpStatus.BAD_REQUEST.value() && status != HttpStatus.OK.value()) {
			return null;
		}
		return Stream.of(NAMES)
			.filter((name) -> isInTheWay(status, headers.getFirst(name + "Remaining")))
			.map((name) -> RetryAfter.longest(headers, name + "Reset", receivedAt, RateLimitReset::until))
			.filter((wait) -> wait != null)
			.max(Comparator.naturalOrder())
			.orElse(null);
	}

	private static boolean isInTheWay(int status, @Nullable String remaining) {
		BigDecimal left = (remaining != null) ? number(remaining.trim()) : null;
		return (left != null) ? left.signum() == 0 : status == HttpStatus.TOO_MANY_REQUESTS.value();
	}

	private static @Nullable Duration until(String value, Instant now) {
		BigDecimal number = number(value);
		if (number == null) {
			return RetryAfter.untilDate(value, now);
		}
		if (number.compareTo(EPOCH_SECONDS) <= 0) {
			return RetryAfter.ofSeconds(value);
		}
		if (number.compareTo(NO_TIME) >= 0) {
			return null;
		}
		boolean millis = number.compareTo(EPOCH_MILLIS) >= 0;
		long epochMillis = (millis ? number : number.movePointRight(3)).longValue();
		return Duration.between(now, Instant.ofEpochMilli(epochMillis));
	}

	private static @Nullable BigDecimal number(String value) {
		try {
			return (RetryAfter.isDecimal(value) && value.length() <= RetryAfter.MAXIMUM_LENGTH) ? new BigDecimal(value)
					: null;
		}
		catch (NumberFormatException ex) {
			return null;
		}
	}

}
