package io.operations.internal;

import java.time.Duration;

/**
 * Writes durations for people, in log lines and messages. A measured time has at most two
 * units, and the last one is rounded: {@code 340 ms}, {@code 2.5 s}, {@code 1 min 3 s},
 * {@code 2 h 5 min}, {@code 3 d 4 h}. The value of a setting is exact, in the form in
 * which a configuration file has it: {@code 90s}.
 *
 * @since 0.1.0
 */
public final class ReadableDuration {

	private static final long SECOND = 1000;

	private static final long MINUTE = 60 * SECOND;

	private static final long HOUR = 60 * MINUTE;

	private static final long DAY = 24 * HOUR;

	// Below this time, a text has all milliseconds, for instance of a configured time.
	private static final long EXACT = 10 * SECOND;

	private ReadableDuration() {
	}

	/**
	 * Return a duration as text.
	 * @param duration the duration
	 * @return the text
	 */
	public static String of(Duration duration) {
		long millis = millis(duration);
		if (millis < 0) {
			return "-" + of(Duration.ofMillis(-millis));
		}
		if (millis == 0) {
			return duration.isZero() ? "0 s" : "less than 1 ms";
		}
		if (millis < SECOND) {
			return millis + " ms";
		}
		long tenths = (millis < EXACT) ? millis : rounded(millis, SECOND / 10);
		if (tenths < MINUTE) {
			return seconds(tenths);
		}
		long seconds = rounded(millis, SECOND);
		if (seconds < HOUR) {
			return text(seconds, MINUTE, "min", SECOND, "s");
		}
		long minutes = rounded(millis, MINUTE);
		return (minutes < DAY) ? text(minutes, HOUR, "h", MINUTE, "min")
				: text(rounded(millis, HOUR), DAY, "d", HOUR, "h");
	}

	/**
	 * Return the value of a setting as text.
	 * @param duration the value
	 * @return the text, which Spring Boot reads as the same value
	 */
	public static String setting(Duration duration) {
		long seconds = duration.getSeconds();
		int nanos = duration.getNano();
		try {
			if (nanos != 0) {
				return (nanos % 1_000_000 == 0) ? duration.toMillis() + "ms" : duration.toNanos() + "ns";
			}
			if (seconds == 0 || seconds % 60 != 0) {
				return seconds + "s";
			}
			return (seconds % 3600 != 0) ? seconds / 60 + "m"
					: (seconds % 86_400 != 0) ? seconds / 3600 + "h" : seconds / 86_400 + "d";
		}
		catch (ArithmeticException ex) {
			return duration.toString();
		}
	}

	private static long millis(Duration duration) {
		try {
			return duration.toMillis();
		}
		catch (ArithmeticException ex) {
			// As long as a computer counts. Rounding must not overflow.
			return (Long.MAX_VALUE - DAY) * (duration.isNegative() ? -1 : 1);
		}
	}

	private static long rounded(long millis, long unit) {
		return (millis + unit / 2) / unit * unit;
	}

	private static String seconds(long millis) {
		String fraction = String.format("%03d", millis % SECOND).replaceFirst("0+$", "");
		return millis / SECOND + (fraction.isEmpty() ? "" : "." + fraction) + " s";
	}

	private static String text(long millis, long unit, String name, long smaller, String smallerName) {
		long rest = millis % unit / smaller;
		return millis / unit + " " + name + ((rest > 0) ? " " + rest + " " + smallerName : "");
	}

}
