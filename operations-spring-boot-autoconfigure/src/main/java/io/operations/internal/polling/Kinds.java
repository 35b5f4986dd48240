package io.operations.internal.polling;

import java.util.Map;
import java.util.TreeSet;

/**
 * Derives the kind of an operation for which the caller named none.
 */
final class Kinds {

	private Kinds() {
	}

	/**
	 * Return the kind of an operation.
	 * @param related the related ids of the operation, not empty
	 * @return the keys of the related ids in alphabetical order, separated by commas
	 */
	static String of(Map<String, String> related) {
		return (related.size() == 1) ? related.keySet().iterator().next()
				: String.join(",", new TreeSet<>(related.keySet()));
	}

}
