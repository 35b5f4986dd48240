package io.operations.actuate;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

import io.operations.polling.LearnedDurations;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Sanitizer;

/**
 * Adds to an operation what this instance remembers of it and what was expected of it.
 */
final class DetailsReader {

	// Operations without a kind share this one.
	private static final String OTHER = "other";

	private final @Nullable OperationsHistory history;

	private final Sanitizer sanitizer;

	/**
	 * Create the reader.
	 * @param history the history, {@code null} if it is switched off
	 * @param sanitizer filters the texts of faults
	 */
	DetailsReader(@Nullable OperationsHistory history, Sanitizer sanitizer) {
		this.history = history;
		this.sanitizer = sanitizer;
	}

	/**
	 * Return an operation with its history.
	 * @param operation the operation
	 * @param learned the learned durations of the client's operations, by kind
	 * @param otherHolder the name of the other instance that polls the tracked operations
	 * of the client, {@code null} if this instance does or if it is not known
	 * @param showsValues whether to show messages of the application's exceptions
	 * @return the operation with its history
	 */
	OperationDetails describe(OperationDescriptor operation, Map<String, LearnedDurations> learned,
			@Nullable String otherHolder, boolean showsValues) {
		UnaryOperator<@Nullable String> shown = (fault) -> OperationDescriptor.fault("fault", fault, this.sanitizer,
				showsValues);
		boolean isPolled = isPolled(operation);
		OperationsHistory.Known known = (this.history != null) ? this.history.find(operation.client(), operation.id(),
				isTracked(operation), isPolled ? operation.nextDue() : null, shown) : null;
		List<HistoryEvent> events = (known != null) ? known.events() : List.of();
		Instant statusSince = (known != null) ? known.statusSince() : null;
		return new OperationDetails(operation, statusSince, expected(operation.kind(), learned), events,
				(this.history != null) ? HistoryNote.of(operation, events, isTracked(operation) ? otherHolder : null)
						: "The history is switched off: management.endpoint.operations.history is false.");
	}

	private static boolean isTracked(OperationDescriptor operation) {
		return operation.state() != OperationDescriptor.State.AWAITED;
	}

	// After the end, the due time is that of a delivery.
	private static boolean isPolled(OperationDescriptor operation) {
		return operation.outcome() == null;
	}

	/**
	 * Return how long operations of a kind take.
	 * @param kind the kind, {@code null} if it is unknown
	 * @param learned the learned durations of the client's operations, by kind
	 * @return the learned durations, {@code null} if there are none
	 */
	static @Nullable LearnedDurations expected(@Nullable String kind, Map<String, LearnedDurations> learned) {
		return learned.get((kind != null) ? kind : OTHER);
	}

}
