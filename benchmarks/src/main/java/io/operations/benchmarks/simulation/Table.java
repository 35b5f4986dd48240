package io.operations.benchmarks.simulation;

import java.util.Locale;

/**
 * Prints a Markdown table row by row, so that a long run shows how far it has come.
 */
final class Table {

	private final String format;

	/**
	 * Print the head.
	 * @param format the format of a row without its bars, cells separated by a bar
	 * @param head the names of the columns
	 */
	Table(String format, String... head) {
		this.format = "| " + format + " |%n";
		System.out.println();
		System.out.println("| " + String.join(" | ", head) + " |");
		System.out.println("|" + "---|".repeat(head.length));
	}

	void row(Object... cells) {
		System.out.printf(Locale.ROOT, this.format, cells);
	}

}
