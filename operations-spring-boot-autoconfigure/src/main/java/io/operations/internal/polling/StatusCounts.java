package io.operations.internal.polling;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import io.operations.OperationStatus;
import org.jspecify.annotations.Nullable;

/**
 * Counts the awaited operations by the status last seen.
 */
final class StatusCounts {

	private final Map<OperationStatus, AtomicInteger> counts = new EnumMap<>(OperationStatus.class);

	private final AtomicInteger unseen = new AtomicInteger();

	StatusCounts() {
		for (OperationStatus status : OperationStatus.values()) {
			this.counts.put(status, new AtomicInteger());
		}
	}

	AtomicInteger of(@Nullable OperationStatus status) {
		return (status != null) ? this.counts.getOrDefault(status, this.unseen) : this.unseen;
	}

}
