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
 * Reads how long an answer asks to wait: from its {@code Retry-After} header or, where
 * that names no time, from those of its rate limit. A time is measured against the
 * answer's own {@code Date}, so that a wrong local clock does no harm.
 *
 * @since 0.1.0
 */
public final class RetryAfter {

	/**
	 * The longest time that is believed, one hour. Whoever asks for more is asked again
	 * after that: one request more an hour is cheap, a wait of a year for a garbled
	 * header is not.
	 */
	public static final Duration MAXIMUM = Duration.ofHours(1);

	// More digits than any time that is believed has, and few enough to parse at no cost.
	static final int MAXIMUM_LENGTH = 40;

	// A list has commas between its values, and most dates have one of their own.
	private static final Pattern VALUE = Pattern.compile("\\s*[A-Za-z]+,\\s*\\d{1,2}[ -][A-Za-z]{3}[^,]*|[^,]+");

	private static final int MAXIMUM_VALUES = 16;

	// Answers of one second have the same date, and reading one allocates 1.5 KB.
	private static volatile DateHeader lastDate = new DateHeader(null, null);

	private RetryAfter() {
	}

	/**
	 * Return how long the answer asks to wait: what its {@code Retry-After} says and,
	 * where that names no time, when the window of its rate limit opens.
	 * <p>
	 * That window ({@code X-RateLimit-Reset}) counts where it is what stands in the way:
	 * for a 429 unless {@code X-RateLimit-Remaining} tells that requests are left, for
	 * any other answer only if it tells that none are. What a 202 tells of a window is
	 * about writes, and delays no poll.
	 * @param status the HTTP status
	 * @param headers the answer's headers
	 * @param receivedAt when the answer came, used if it has no {@code Date}
	 * @return a positive time of at most {@link #MAXIMUM}, or {@code null} if the answer
	 * names none
	 */
	public static @Nullable Duration of(int status, HttpHeaders headers, Instant receivedAt) {
		Duration wait = of(headers, receivedAt);
		return (wait != null) ? wait : RateLimitReset.of(status, headers, receivedAt);
	}

	/**
	 * Return how long the {@code Retry-After} of an answer asks to wait, seconds or an
	 * HTTP date. Of more than one, in a list or in several headers, the longest counts.
	 * @param headers the answer's headers
	 * @param receivedAt when the answer came, used if it has no {@code Date}
	 * @return a positive time of at most {@link #MAXIMUM}, or {@code null} if the header
	 * is missing, negative, zero, past or not to be understood
	 */
	public static @Nullable Duration of(HttpHeaders headers, Instant receivedAt) {
		return longest(headers, HttpHeaders.RETRY_AFTER, receivedAt,
				(value, now) -> isDecimal(value) ? ofSeconds(value) : untilDate(value, now));
	}

	/**
	 * Return the longest time that the values of a header name.
	 * @param headers the answer's headers
	 * @param name the header's name
	 * @param receivedAt when the answer came
	 * @param reader from a value and the server's time to the time to wait
	 * @return a positive time of at most {@link #MAXIMUM}, {@code null} if there is none
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
	 * Return when the server sent an answer, by its own clock.
	 * @param headers the answer's headers
	 * @param receivedAt when the answer came, used if it has no readable {@code Date}
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
