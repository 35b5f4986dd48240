package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

import io.operations.internal.tracking.TrackedRow;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows for the instance that holds the lease. Gives up when the network does not
 * answer.
 */
final class RowReader {

	private final TrackedRows rows;

	private final LearnedRows learned;

	private final JdbcTransactions transactions;

	private final DatabaseCalls calls;

	RowReader(TrackedRows rows, LearnedRows learned, JdbcTransactions transactions, DatabaseCalls calls) {
		this.rows = rows;
		this.learned = learned;
		this.transactions = transactions;
		this.calls = calls;
	}

	List<TrackedRow> open(String after, int limit) {
		return Objects.requireNonNull(read(() -> this.rows.open(after, limit)));
	}

	@Nullable TrackedRow findTracked(String operationId) {
		return read(() -> this.rows.findTracked(operationId));
	}

	@Nullable TrackedRow find(String operationId) {
		return read(() -> this.rows.find(operationId));
	}

	Map<String, List<Duration>> learned() {
		return Objects.requireNonNull(read(this.learned::find));
	}

	private <T> @Nullable T read(Supplier<@Nullable T> statement) {
		return this.calls.once("load", () -> this.transactions.inBounded(FencedRows.LONG, statement));
	}

}
