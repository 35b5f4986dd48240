package io.operations.sample.cluster;

import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;

import org.awaitility.Awaitility;

/**
 * Waits for processes, and shows what was measured.
 */
final class Waiting {

	private static final Duration LOOK = Duration.ofMillis(100);

	/**
	 * Whether figures that depend on the machine are judged, too, and not only shown:
	 * {@code -Dsample.timed=true}, on a quiet one.
	 */
	static final boolean TIMED = Boolean.getBoolean("sample.timed");

	/**
	 * Whether there is time for many operations: {@code -Psoak}.
	 */
	static final boolean SOAK = Boolean.getBoolean("operations.soak");

	/**
	 * The patience with what is to happen.
	 */
	static final Duration LIMIT = Duration.ofMinutes(Integer.getInteger("sample.patience", 10));

	private Waiting() {
	}

	static void until(String what, BooleanSupplier condition) {
		Awaitility.await(what).atMost(LIMIT).pollInterval(LOOK).until(condition::getAsBoolean);
	}

	/**
	 * Let a time pass in which processes go on.
	 * @param duration how long
	 */
	static void pause(Duration duration) {
		long end = System.nanoTime() + duration.toNanos();
		until("a time has passed", () -> System.nanoTime() >= end);
	}

	static String table(Map<String, Object> figures) {
		StringBuilder table = new StringBuilder(512);
		figures.forEach((name, figure) -> table.append(System.lineSeparator())
			.append("%-45s %s".formatted(name, (figure instanceof Double number) ? "%.1f".formatted(number) : figure)));
		return table.toString();
	}

}
