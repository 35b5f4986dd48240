package io.operations.observation;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

import io.operations.OperationStatus;
import org.jspecify.annotations.Nullable;

/**
 * Provides the values of the {@code status} tag.
 */
final class StatusTag {

	private static final String NONE = "none";

	private static final Map<OperationStatus, String> VALUES = new EnumMap<>(OperationStatus.class);

	static {
		for (OperationStatus status : OperationStatus.values()) {
			VALUES.put(status, status.name().toLowerCase(Locale.ROOT));
		}
	}

	private StatusTag() {
	}

	static String of(@Nullable OperationStatus status) {
		return (status != null) ? VALUES.getOrDefault(status, NONE) : NONE;
	}

}
