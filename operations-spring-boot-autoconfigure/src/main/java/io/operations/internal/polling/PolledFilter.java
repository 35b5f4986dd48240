package io.operations.internal.polling;

import java.time.Instant;

import io.operations.Operation;
import io.operations.OperationStatus;
import org.jspecify.annotations.Nullable;

/**
 * Selects polled operations and orders them.
 *
 * @param kind the kind of the operations, {@code null} for all kinds
 * @param status the status that a poll last saw, {@code null} for all operations
 * @param stuck whether the operations are stuck, {@code null} for all operations
 * @param idPrefix the text with which the ids begin, {@code null} for all ids
 * @param nextPoll whether the operations come in the order of their next polls, the
 * soonest first; otherwise the oldest come first
 * @param after the operation after which the operations come, {@code null} to begin with
 * the first one
 * @param limit the maximum number of operations
 * @since 0.1.0
 */
public record PolledFilter(@Nullable String kind, @Nullable OperationStatus status, @Nullable Boolean stuck,
		@Nullable String idPrefix, boolean nextPoll, @Nullable Position after, int limit) {

	boolean hasId(Polled polled) {
		return this.idPrefix == null || polled.operationId().startsWith(this.idPrefix);
	}

	boolean hasKind(@Nullable String known) {
		return this.kind == null || this.kind.equals(known);
	}

	boolean hasStatus(@Nullable Operation seen) {
		return this.status == null || (seen != null && seen.status() == this.status);
	}

	boolean isStuck(boolean known) {
		return this.stuck == null || this.stuck == known;
	}

	/**
	 * A position in an order.
	 *
	 * @param time the time by which the operations are ordered
	 * @param id the id, which orders operations of the same time
	 */
	public record Position(Instant time, String id) {
	}

}
