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

	static String operation() {
		return "proc_job_" + random();
	}

	static String configuration() {
		return "cfg_configuration_" + random();
	}

	static String request() {
		return "RQ" + UUID.randomUUID().toString().replace("-", "").toLowerCase(Locale.ROOT);
	}

	private static String random() {
		StringBuilder id = new StringBuilder(LENGTH);
		for (int i = 0; i < LENGTH; i++) {
			id.append(ALPHABET.charAt(ThreadLocalRandom.current().nextInt(ALPHABET.length())));
		}
		return id.toString();
	}

}
