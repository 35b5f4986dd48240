package io.operations.internal.tracking;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/**
 * Keeps one object for each name of a kind, because many operations in memory have the
 * same kind. Thread-safe.
 */
final class KindNames {

	// Kinds are few. A client that has more of them holds their names more than once.
	static final int MOST = 1000;

	private final Map<String, String> names = new ConcurrentHashMap<>();

	/**
	 * Return the object to hold in place of a name.
	 * @param kind the name, {@code null} if the kind is unknown
	 * @return an equal name
	 */
	@Nullable String shared(@Nullable String kind) {
		if (kind == null) {
			return null;
		}
		String known = this.names.get(kind);
		if (known != null || this.names.size() >= MOST) {
			return (known != null) ? known : kind;
		}
		known = this.names.putIfAbsent(kind, kind);
		return (known != null) ? known : kind;
	}

}
