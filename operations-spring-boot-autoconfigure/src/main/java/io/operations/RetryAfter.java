package io.operations;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiFunction;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;

/**
 * Reads how long the server wants the client to wait. The time comes from the
 * {@code Retry-After} header or, if that names no time, from the rate limit headers. A
 * date is compared with the {@code Date} header of the same response, so a wrong local
 * clock has no effect.
 *
 * @since 0.1.0
 */
public final class RetryAfter {

	/**
	 * The longest time that the client accepts, one hour. If the server names a longer
	 * time, the client sends its next request after an hour. One extra request per hour
	 * is cheap, but a garbled header must not cause a wait of a year.
	 */
	public static final Duration MAXIMUM = Duration.ofHours(1);

	// More digits than an accepted time has, but few enough to parse cheaply.
	static final int MAXIMUM_LENGTH = 40;

	// A list has commas between its values, and most dates contain a comma, too.
	private static final Pattern VALUE = Pattern.compile("\\s*[A-Za-z]+,\\s*\\d{1,2}[ -][A-Za-z]{3}[^,]*|[^,]+");

	private static final int MAXIMUM_VALUES = 16;

	// All responses of one second have the same date, and parsing it allocates 1.5 KB.
	private static volatile DateHeader lastDate = new DateHeader(null, null);

	private RetryAfter() {
	}

	/**
	 * Return how long the server wants the client to wait. The time is that of
	 * {@code Retry-After} or, if that names no time, the time until the rate limit window
	 * resets ({@code X-RateLimit-Reset}).
	 * <p>
	 * The window counts only if it blocks requests. For a 429 it counts unless
	 * {@code X-RateLimit-Remaining} says that requests are left. For other responses it
	 * counts only if {@code X-RateLimit-Remaining} says that none are left. The window in
	 * a 202 is about writes and does not delay polls.
	 * @param status the HTTP status
	 * @param headers the headers of the response
	 * @param receivedAt when the client received the response, used if the response has
	 * no {@code Date}
	 * @return a positive time of at most {@link #MAXIMUM}; {@code null} if the response
	 * names no time
	 */
	public static @Nullable Duration of(int status, HttpHeaders headers, Instant receivedAt) {
		Duration wait = of(headers, receivedAt);
		return (wait != null) ? wait : RateLimitReset.of(status, headers, receivedAt);
	}

	/**
	 * Return the time that {@code Retry-After} names in seconds or as an HTTP date. If
	 * the response has several values, in a list or in several headers, the longest
	 * counts.
	 * @param headers the headers of the response
	 * @param receivedAt when the client received the response, used if the response has
	 * no {@code Date}
	 * @return a positive time of at most {@link #MAXIMUM}; {@code null} if the header is
	 * missing, negative, zero, in the past or unreadable
	 */
	public static @Nullable Duration of(HttpHeaders headers, Instant receivedAt) {
		return longest(headers, HttpHeaders.RETRY_AFTER, receivedAt,
				(value, now) -> isDecimal(value) ? ofSeconds(value) : untilDate(value, now));
	}

	/**
	 * Return the longest time among the values of a header.
	 * @param headers the headers of the response
	 * @param name the header's name
	 * @param receivedAt when the client received the response
	 * @param reader converts a value and the server's time to the time to wait
	 * @return a positive time of at most {@link #MAXIMUM}; {@code null} if there is none
	 */
	static @Nullable Duration longest(HttpHeaders headers, String name, Instant receivedAt,
			BiFunction<String, Instant, @Nullable Duration> reader) {
		List<String> lines = headers.get(name);
		if (lines == null) {
			return null;
		}
		Instant now = serverTime(headers, receivedAt);
		return lines.stream()
			.flatMap((line) -> VALUE.matcher(line).results())
			.limit(MAXIMUM_VALUES)
			.map((value) -> reader.apply(value.group().trim(), now))
			.filter((wait) -> wait != null && wait.compareTo(Duration.ZERO) > 0)
			.max(Comparator.naturalOrder())
			.map((wait) -> (wait.compareTo(MAXIMUM) < 0) ? wait : MAXIMUM)
			.orElse(null);
	}

	/**
	 * Return when the server sent the response, by its own clock.
	 * @param headers the headers of the response
	 * @param receivedAt when the client received the response, used if the response has
	 * no readable {@code Date}
	 * @return the time
	 */
	public static Instant serverTime(HttpHeaders headers, Instant receivedAt) {
		String text = headers.getFirst(HttpHeaders.DATE);
		DateHeader known = lastDate;
		if (text == null || !text.equals(known.text())) {
			known = new DateHeader(text, date(headers, HttpHeaders.DATE));
			lastDate = known;
		}
		return (known.time() != null) ? known.time() : receivedAt;
	}

	static boolean isDecimal(String value) {
		boolean digits = false;
		for (int i = 0; i < value.length(); i++) {
			char c = value.charAt(i);
			if (c >= '0' && c <= '9') {
				digits = true;
			}
			else if (c != '.') {
				return false;
			}
		}
		return digits;
	}

	static @Nullable Duration ofSeconds(String value) {
		if (value.length() > MAXIMUM_LENGTH) {
			return value.chars().allMatch((c) -> c >= '0' && c <= '9') ? MAXIMUM : null;
		}
		try {
			BigDecimal seconds = new BigDecimal(value).min(BigDecimal.valueOf(MAXIMUM.toSeconds()));
			return Duration.ofMillis(seconds.movePointRight(3).setScale(0, RoundingMode.CEILING).longValueExact());
		}
		catch (NumberFormatException ex) {
			return null;
		}
	}

	static @Nullable Duration untilDate(String value, Instant now) {
		HttpHeaders alone = new HttpHeaders();
		alone.set(HttpHeaders.RETRY_AFTER, value);
		Instant date = date(alone, HttpHeaders.RETRY_AFTER);
		return (date != null) ? Duration.between(now, date) : null;
	}

	private static @Nullable Instant date(HttpHeaders headers, String name) {
		try {
			ZonedDateTime date = headers.getFirstZonedDateTime(name);
			return (date != null) ? date.toInstant() : null;
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	private record DateHeader(@Nullable String text, @Nullable Instant time) {

	}

}
