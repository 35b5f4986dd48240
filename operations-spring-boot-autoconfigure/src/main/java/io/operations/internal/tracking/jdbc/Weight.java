package io.operations.internal.tracking.jdbc;

import java.util.Map;

import io.operations.Operation;
import org.jspecify.annotations.Nullable;

import org.springframework.http.ProblemDetail;

/**
 * Estimates how many bytes of memory an operation takes. Its JSON has at most about as
 * many bytes.
 */
final class Weight {

	// The weight of an operation without texts, and of the change that has shown it.
	private static final long OPERATION = 500;

	// The weight of an object, and of the reference to it in a map or a list.
	private static final long NODE = 64;

	private Weight() {
	}

	/**
	 * Estimate the memory for an operation.
	 * @param operation the operation, {@code null} for none
	 * @return the number of bytes
	 */
	static long of(@Nullable Operation operation) {
		return (operation != null) ? OPERATION + ofValue(operation.statusText()) + ofValue(operation.related())
				+ ofValue(operation.details()) + of(operation.error()) : OPERATION;
	}

	private static long of(@Nullable ProblemDetail error) {
		return (error != null)
				? OPERATION + ofValue(error.getTitle()) + ofValue(error.getDetail()) + ofValue(error.getProperties())
				: 0;
	}

	private static long ofValue(@Nullable Object value) {
		long weight = NODE;
		if (value instanceof String text) {
			weight += 2L * text.length();
		}
		else if (value instanceof Map<?, ?> members) {
			for (Map.Entry<?, ?> member : members.entrySet()) {
				weight += ofValue(member.getKey()) + ofValue(member.getValue());
			}
		}
		else if (value instanceof Iterable<?> elements) {
			for (Object element : elements) {
				weight += ofValue(element);
			}
		}
		return weight;
	}

}
