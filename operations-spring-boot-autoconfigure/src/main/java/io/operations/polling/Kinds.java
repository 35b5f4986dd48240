package io.operations.polling;

import java.util.Map;
import java.util.TreeSet;

/**
 * What operations are about, where nobody named it.
 */
final class Kinds {

	private Kinds() {
	}

	/**
	 * Return the kind of an operation.
	 * @param related ids of what it is about, by kind; not empty
	 * @return the keys, in their order
	 */
	static String of(Map<String, String> related) {
		return (related.size() == 1) ? related.keySet().iterator().next()
				: String.join(",", new TreeSet<>(related.keySet()));
	}

}
