package io.operations.autoconfigure;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * Finds the names that a misspelled name may mean.
 */
final class SimilarNames {

	private static final int LONG_NAME = 5;

	private SimilarNames() {
	}

	/**
	 * Return the nearest of the names that are similar to a name.
	 * @param name the name
	 * @param names the names that exist
	 * @return the nearest one, {@code null} if none is similar
	 */
	static @Nullable String nearest(String name, Collection<String> names) {
		return names.stream()
			.filter((each) -> isNear(name, each))
			.min(Comparator.<String>comparingInt((each) -> distance(name, each))
				.thenComparing(Comparator.naturalOrder()))
			.orElse(null);
	}

	private static boolean isNear(String name, String existing) {
		int most = (existing.length() >= LONG_NAME) ? 2 : 0;
		return distance(name, existing) <= most;
	}

	/**
	 * Return how many letters must be inserted, removed, replaced or exchanged with the
	 * next one to turn one name into the other. The case does not count.
	 * @param from a name
	 * @param to the other name
	 * @return the number of letters
	 */
	static int distance(String from, String to) {
		String one = from.toLowerCase(Locale.ROOT);
		String other = to.toLowerCase(Locale.ROOT);
		int[][] rows = new int[one.length() + 1][other.length() + 1];
		for (int i = 0; i <= one.length(); i++) {
			for (int j = 0; j <= other.length(); j++) {
				rows[i][j] = (i == 0 || j == 0) ? i + j : step(rows, one, other, i, j);
			}
		}
		return rows[one.length()][other.length()];
	}

	private static int step(int[][] rows, String one, String other, int i, int j) {
		char last = one.charAt(i - 1);
		char otherLast = other.charAt(j - 1);
		int least = Math.min(rows[i - 1][j - 1] + ((last == otherLast) ? 0 : 1),
				1 + Math.min(rows[i - 1][j], rows[i][j - 1]));
		if (i > 1 && j > 1 && last == other.charAt(j - 2) && otherLast == one.charAt(i - 2)) {
			return Math.min(least, rows[i - 2][j - 2] + 1);
		}
		return least;
	}

}
