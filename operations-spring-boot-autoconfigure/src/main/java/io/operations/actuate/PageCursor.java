package io.operations.actuate;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;

import org.jspecify.annotations.Nullable;

/**
 * Names the last operation of a page, so that the next page continues after it. It is
 * stable: it stays valid if operations join, end or leave between two pages.
 *
 * @param order the order of the pages
 * @param section the section of the list that the operation is in
 * @param time the time by which the operations are ordered
 * @param id the id of the operation
 */
record PageCursor(Order order, Section section, Instant time, String id) {

	private static final int PARTS = 5;

	// Of the year 9999. A database may not know later times.
	private static final long LAST_SECOND = 253_402_300_799L;

	// PostgreSQL has no time before the year 4713 BC.
	private static final long FIRST_SECOND = -210_866_803_200L;

	/**
	 * Return the cursor as an opaque text that needs no encoding in a URL.
	 * @return the text
	 */
	String encode() {
		String text = this.order.name() + " " + this.section.name() + " " + this.time.getEpochSecond() + " "
				+ this.time.getNano() + " " + this.id;
		return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * Return the cursor of a text.
	 * @param text the text
	 * @return the cursor, {@code null} if the text is none
	 */
	static @Nullable PageCursor decode(String text) {
		try {
			String[] parts = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8).split(" ", PARTS);
			if (parts.length != PARTS || parts[4].chars().anyMatch(Character::isISOControl)) {
				return null;
			}
			long second = Long.parseLong(parts[2]);
			return (second >= FIRST_SECOND && second <= LAST_SECOND) ? new PageCursor(Order.valueOf(parts[0]),
					Section.valueOf(parts[1]), Instant.ofEpochSecond(second, Integer.parseInt(parts[3])), parts[4])
					: null;
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	/**
	 * The orders of operations.
	 */
	enum Order {

		/**
		 * The oldest operations first, and those whose outcome is delivered last.
		 */
		AGE,

		/**
		 * The soonest polls first.
		 */
		NEXT_POLL

	}

	/**
	 * The sections of a list.
	 */
	enum Section {

		/**
		 * The waits. Of operations with the same time, they come before tracked ones.
		 */
		WAITS,

		/**
		 * The tracked operations whose outcome is not delivered.
		 */
		OPEN,

		/**
		 * The tracked operations whose outcome is delivered. They come after all others.
		 */
		DELIVERED

	}

}
