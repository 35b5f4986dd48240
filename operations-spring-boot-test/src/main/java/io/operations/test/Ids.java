package io.operations.test;

import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Creates ids in the formats of the real server.
 */
final class Ids {

	private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

	private static final int LENGTH = 26;

	private Ids() {
	}

	static String of(String prefix) {
		return prefix + '_' + random();
	}

	static String request() {
		return "RQ" + UUID.randomUUID().toString().replace("-", "").toLowerCase(Locale.ROOT);
	}

	private static String random() {
		StringBuilder id = new StringBuilder(LENGTH);
		// The real ids have 128 bits, so the first character has only three of them.
		id.append(ThreadLocalRandom.current().nextInt(8));
		for (int i = 1; i < LENGTH; i++) {
			id.append(ALPHABET.charAt(ThreadLocalRandom.current().nextInt(ALPHABET.length())));
		}
		return id.toString();
	}

}
