package io.operations.internal.client;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Reads ISO 8601 timestamps in the formats that servers send: with {@code Z} or an offset
 * in any format, and with a fraction of any length.
 */
final class TimestampReader {

	private static final Pattern FORM = Pattern.compile(
			"(\\d{4}-\\d{2}-\\d{2})[Tt ](\\d{2}:\\d{2}(?::\\d{2})?)(?:[.,](\\d+))? ?([Zz]|[+-]\\d{2}(?::?\\d{2})?)");

	private static final int SECONDS_A_DAY = 86_400;

	private TimestampReader() {
	}

	static @Nullable Instant read(String text) {
		try {
			// Most timestamps have this format. The general way costs ten times as much.
			return isPlain(text) ? readPlain(text) : readAny(text.trim());
		}
		catch (DateTimeException ex) {
			return null;
		}
	}

	private static boolean isPlain(String text) {
		if (text.length() != 20) {
			return false;
		}
		for (int i = 0; i < 20; i++) {
			char c = text.charAt(i);
			boolean fits = switch (i) {
				case 4, 7 -> c == '-';
				case 10 -> c == 'T';
				case 13, 16 -> c == ':';
				case 19 -> c == 'Z';
				default -> c >= '0' && c <= '9';
			};
			if (!fits) {
				return false;
			}
		}
		return true;
	}

	private static @Nullable Instant readPlain(String text) {
		int hour = number(text, 11, 13);
		int minute = number(text, 14, 16);
		int second = number(text, 17, 19);
		if (hour > 23 || minute > 59 || second > 59) {
			return null;
		}
		LocalDate date = LocalDate.of(number(text, 0, 4), number(text, 5, 7), number(text, 8, 10));
		return Instant.ofEpochSecond(date.toEpochDay() * SECONDS_A_DAY + hour * 3600L + minute * 60L + second);
	}

	private static int number(String text, int from, int to) {
		int number = 0;
		for (int i = from; i < to; i++) {
			number = number * 10 + (text.charAt(i) - '0');
		}
		return number;
	}

	private static @Nullable Instant readAny(String text) {
		Matcher matcher = FORM.matcher(text);
		if (!matcher.matches()) {
			return null;
		}
		LocalDateTime time = LocalDateTime.parse(matcher.group(1) + 'T' + matcher.group(2));
		String fraction = matcher.group(3);
		if (fraction != null) {
			time = time.withNano(Integer.parseInt((fraction + "000000000").substring(0, 9)));
		}
		String offset = matcher.group(4);
		return time.toInstant(offset.equalsIgnoreCase("Z") ? ZoneOffset.UTC : ZoneOffset.of(offset));
	}

}
