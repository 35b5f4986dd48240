package io.operations;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;

/**
 * Reads the {@code Retry-After} header of an answer: seconds, or an HTTP date measured
 * against the answer's own {@code Date}, so that a wrong local clock does no harm.
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
	private static final int MAXIMUM_LENGTH = 40;

	// Answers of one second have the same date, and reading one allocates 1.5 KB.
	private static volatile DateHeader lastDate = new DateHeader(null, null);

	private RetryAfter() {
	}

	/**
	 * Return how long the answer asks to wait.
	 * @param headers the answer's headers
	 * @param receivedAt when the answer came, used if it has no {@code Date}
	 * @return a positive time of at most {@link #MAXIMUM}, or {@code null} if the header
	 * is missing, negative, zero, past or not to be understood
	 */
	public static @Nullable Duration of(HttpHeaders headers, Instant receivedAt) {
		String value = headers.getFirst(HttpHeaders.RETRY_AFTER);
		if (value == null || value.isBlank()) {
			return null;
		}
		value = value.trim();
		Duration wait = isDecimal(value) ? ofSeconds(value) : untilDate(headers, serverTime(headers, receivedAt));
		if (wait == null || wait.isNegative() || wait.isZero()) {
			return null;
		}
		return (wait.compareTo(MAXIMUM) < 0) ? wait : MAXIMUM;
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

	private static boolean isDecimal(String value) {
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

	private static @Nullable Duration ofSeconds(String value) {
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

	private static @Nullable Duration untilDate(HttpHeaders headers, Instant now) {
		Instant date = date(headers, HttpHeaders.RETRY_AFTER);
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
