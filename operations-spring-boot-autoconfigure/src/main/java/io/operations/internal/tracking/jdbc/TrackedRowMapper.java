package io.operations.internal.tracking.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.operations.Operation;
import io.operations.OperationStatus;
import io.operations.internal.TraceParent;
import io.operations.internal.polling.PolledOperation;
import io.operations.internal.tracking.TrackedRow;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.TrackingState;
import org.jspecify.annotations.Nullable;

/**
 * Reads the columns of tracked operations.
 */
final class TrackedRowMapper {

	// The columns that a poll needs. An operation as last seen may be large.
	static final String OPEN_COLUMNS = Stream
		.of("id", "kind", "status", "accepted", "tracked_at", "created_at", "timeout_millis", "deadline",
				"learned_millis", "polls", "not_found_since", "last_fault", "stuck", "traceparent", "version")
		.map((column) -> "t." + column)
		.collect(Collectors.joining(", "));

	/**
	 * The text of the status of an operation that is scheduled for later.
	 */
	static final String SCHEDULED = "SCHEDULED";

	private final OperationJson json = new OperationJson();

	private final DatabaseClock clock;

	private final String client;

	TrackedRowMapper(DatabaseClock clock, String client) {
		this.clock = clock;
		this.client = client;
	}

	/**
	 * Return the row of an operation from the inbox.
	 * @param result the columns, and the time of the first poll
	 * @return the row
	 * @throws SQLException if a column cannot be read
	 */
	TrackedRow mapNoted(ResultSet result) throws SQLException {
		return mapOpen(result, 0).due(due(result, "execution_time"));
	}

	/**
	 * Return the row of an operation to poll, without what only callers and handlers
	 * need.
	 * @param result the columns
	 * @param number ignored
	 * @return the row
	 * @throws SQLException if a column cannot be read
	 */
	TrackedRow mapOpen(ResultSet result, int number) throws SQLException {
		String id = result.getString("id");
		String status = result.getString("status");
		Operation seen = (status != null)
				? new Operation(id, status(status), status, null, null, null, null, Map.of(), Map.of()) : null;
		PolledOperation polled = new PolledOperation(id, result.getString("kind"), result.getBoolean("accepted"),
				required(result, "tracked_at"), required(result, "created_at"), learned(result), result.getInt("polls"),
				instant(result, "not_found_since"), Map.of(), seen);
		return new TrackedRow(this.client, polled, Map.of(), Duration.ofMillis(result.getLong("timeout_millis")),
				required(result, "deadline"), null, result.getString("last_fault"), result.getBoolean("stuck"),
				TrackedRow.Ending.NONE, result.getLong("version"), TraceParent.parse(result.getString("traceparent")));
	}

	/**
	 * Return the text of an operation's status. An operation that is scheduled for later
	 * has a text of its own, so that a poll needs no more than this text.
	 * @param seen the operation, {@code null} if no poll saw it
	 * @return the text
	 */
	static @Nullable String status(@Nullable Operation seen) {
		if (seen == null) {
			return null;
		}
		return seen.isScheduled() ? SCHEDULED : seen.status().name();
	}

	/**
	 * Return the status that a text stands for.
	 * @param text a text of {@link #status(Operation)}
	 * @return the status
	 */
	static OperationStatus status(String text) {
		return SCHEDULED.equals(text) ? OperationStatus.PENDING : OperationStatus.of(text);
	}

	private static @Nullable Duration learned(ResultSet result) throws SQLException {
		long millis = result.getLong("learned_millis");
		return result.wasNull() ? null : Duration.ofMillis(millis);
	}

	TrackedRow map(ResultSet result, int number) throws SQLException {
		return read(result).get();
	}

	/**
	 * Read a row. The texts are parsed when the supplier is called, which may take long.
	 * @param result the columns of the row, and the time of its delivery
	 * @return supplies the row
	 * @throws SQLException if a column cannot be read
	 */
	Supplier<TrackedRow> read(ResultSet result) throws SQLException {
		String id = result.getString("id");
		String kind = result.getString("kind");
		boolean accepted = result.getBoolean("accepted");
		Instant tracked = required(result, "tracked_at");
		Instant created = required(result, "created_at");
		Duration learned = learned(result);
		int polls = result.getInt("polls");
		Instant notFound = instant(result, "not_found_since");
		String related = result.getString("related");
		String operation = result.getString("operation");
		String attributes = result.getString("attributes");
		Duration timeout = Duration.ofMillis(result.getLong("timeout_millis"));
		Instant deadline = required(result, "deadline");
		Instant due = due(result, "execution_time");
		String fault = result.getString("last_fault");
		boolean stuck = result.getBoolean("stuck");
		long version = result.getLong("version");
		TraceParent traceParent = TraceParent.parse(result.getString("traceparent"));
		String outcome = result.getString("outcome");
		TrackedRow.Ending ending = new TrackedRow.Ending(known(TrackingState.class, id, result.getString("state")),
				(outcome != null) ? known(OperationOutcome.Type.class, id, outcome) : null, instant(result, "ended_at"),
				result.getInt("attempts"), result.getInt("forgiven"), result.getString("delivery_fault"));
		return () -> new TrackedRow(this.client,
				new PolledOperation(id, kind, accepted, tracked, created, learned, polls, notFound,
						this.json.readTexts(related), this.json.readOperation(id, operation)),
				this.json.readTexts(attributes), timeout, deadline, due, fault, stuck, ending, version, traceParent);
	}

	private static <E extends Enum<E>> E known(Class<E> type, String id, String name) {
		try {
			return Enum.valueOf(type, name);
		}
		catch (IllegalArgumentException ex) {
			throw new NewerVersionException("A newer version of the library has stored operation '" + id + "' with '"
					+ name + "', which this version does not know. Update this instance, or leave the operation to the"
					+ " instances that run the newer version.");
		}
	}

	private static Instant required(ResultSet result, String column) throws SQLException {
		return result.getObject(column, OffsetDateTime.class).toInstant();
	}

	@Nullable Instant due(ResultSet result, String column) throws SQLException {
		Instant due = instant(result, column);
		return (due != null) ? this.clock.toInstance(due) : null;
	}

	static @Nullable Instant instant(ResultSet result, String column) throws SQLException {
		OffsetDateTime time = result.getObject(column, OffsetDateTime.class);
		return (time != null) ? time.toInstant() : null;
	}

	/**
	 * Thrown if a row has a state or an outcome that this version does not know. This
	 * version must not change the row.
	 */
	@SuppressWarnings("serial")
	static final class NewerVersionException extends IllegalStateException {

		private NewerVersionException(String message) {
			super(message);
		}

	}

}
