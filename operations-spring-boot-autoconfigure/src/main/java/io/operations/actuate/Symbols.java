package io.operations.actuate;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;

import io.operations.OperationsErrorResponse;
import org.jspecify.annotations.Nullable;

/**
 * Numbers texts that many operations share, so that each of them keeps a number only. The
 * number of texts is limited: all further ones share a number. Thread-safe.
 */
final class Symbols {

	private static final int MOST = 126;

	private static final int OTHER = 127;

	private static final int LONGEST = 64;

	// The numbers are small, so Java has an object for each of them.
	private final Map<String, Integer> numbers = new ConcurrentHashMap<>();

	private final AtomicReferenceArray<String> texts = new AtomicReferenceArray<>(MOST + 1);

	private int last;

	/**
	 * Return the number of a text.
	 * @param text the text, which is cut after 64 characters
	 * @return the number, 0 without a text
	 */
	int number(@Nullable String text) {
		if (text == null) {
			return 0;
		}
		String key = (text.length() <= LONGEST) ? text : text.substring(0, LONGEST);
		Integer known = this.numbers.get(key);
		return (known != null) ? known : add(key);
	}

	private synchronized int add(String key) {
		Integer known = this.numbers.get(key);
		if (known != null) {
			return known;
		}
		if (this.last == MOST) {
			return OTHER;
		}
		this.last++;
		this.texts.set(this.last, OperationsErrorResponse.printable(key));
		this.numbers.put(key, this.last);
		return this.last;
	}

	/**
	 * Return the text of a number.
	 * @param number the number
	 * @return the text in printable form, {@code null} for 0
	 */
	@Nullable String text(int number) {
		return (number == OTHER) ? "(other)" : (number != 0) ? this.texts.get(number) : null;
	}

}
