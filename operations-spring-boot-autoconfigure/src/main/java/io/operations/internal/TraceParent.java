package io.operations.internal;

import java.util.HexFormat;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Names a sampled span of any process. The text has the form of the header
 * {@code traceparent} of the W3C. Three numbers take half the memory of the text, and
 * very many tracked operations may be in memory. Immutable.
 *
 * @since 0.1.0
 */
public final class TraceParent {

	private static final Pattern TEXT = Pattern.compile("00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");

	private static final int DIGITS = 16;

	private static final int TRACE = "00-".length();

	private static final int SPAN = TRACE + 2 * DIGITS + 1;

	private static final int FLAGS = SPAN + DIGITS + 1;

	private final long traceHigh;

	private final long traceLow;

	private final long span;

	private TraceParent(long traceHigh, long traceLow, long span) {
		this.traceHigh = traceHigh;
		this.traceLow = traceLow;
		this.span = span;
	}

	/**
	 * Return the name of a span.
	 * @param traceId the id of its trace, 16 or 32 hexadecimal digits
	 * @param spanId the id of the span, 16 hexadecimal digits
	 * @return the name, {@code null} if one of the ids has another form
	 */
	public static @Nullable TraceParent of(String traceId, String spanId) {
		int low = traceId.length() - DIGITS;
		if ((low != 0 && low != DIGITS) || spanId.length() != DIGITS || !isHex(traceId) || !isHex(spanId)) {
			return null;
		}
		return valid((low > 0) ? number(traceId, 0) : 0, number(traceId, low), number(spanId, 0));
	}

	/**
	 * Return the name of a span that a text contains.
	 * @param text the text, in the form of {@link #toString()}
	 * @return the name; {@code null} if the text is {@code null}, has another form or
	 * names a span that is not sampled
	 */
	public static @Nullable TraceParent parse(@Nullable String text) {
		if (text == null || !TEXT.matcher(text).matches() || (Character.digit(text.charAt(FLAGS + 1), 16) & 1) == 0) {
			return null;
		}
		return valid(number(text, TRACE), number(text, TRACE + DIGITS), number(text, SPAN));
	}

	private static @Nullable TraceParent valid(long traceHigh, long traceLow, long span) {
		boolean exists = (traceHigh != 0 || traceLow != 0) && span != 0;
		return exists ? new TraceParent(traceHigh, traceLow, span) : null;
	}

	private static boolean isHex(String text) {
		return text.chars().allMatch(HexFormat::isHexDigit);
	}

	private static long number(String text, int from) {
		return HexFormat.fromHexDigitsToLong(text, from, from + DIGITS);
	}

	/**
	 * Return the id of the trace.
	 * @return 32 hexadecimal digits
	 */
	public String traceId() {
		HexFormat hex = HexFormat.of();
		return hex.toHexDigits(this.traceHigh) + hex.toHexDigits(this.traceLow);
	}

	/**
	 * Return the id of the span.
	 * @return 16 hexadecimal digits
	 */
	public String spanId() {
		return HexFormat.of().toHexDigits(this.span);
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof TraceParent that && this.traceHigh == that.traceHigh && this.traceLow == that.traceLow
				&& this.span == that.span;
	}

	@Override
	public int hashCode() {
		return Long.hashCode(this.traceLow ^ this.span);
	}

	@Override
	public String toString() {
		return "00-" + traceId() + "-" + spanId() + "-01";
	}

}
