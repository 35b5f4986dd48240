package io.operations.internal.tracking.jdbc;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Map;

import io.operations.Operation;
import io.operations.internal.polling.PolledOperation;
import io.operations.internal.tracking.TrackedRow;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Converts tracked operations to the parameters of statements. {@link TrackedRowMapper}
 * converts columns to tracked operations.
 */
final class TrackedRowParameters {

	private static final OperationJson JSON = new OperationJson();

	private TrackedRowParameters() {
	}

	/**
	 * Set the parameters that all UPDATE statements of a row have in common.
	 * @param statement the statement
	 * @param polled what the polls have shown
	 * @param ending how the operation ended
	 * @param lastFault why the last poll failed, {@code null} if it succeeded
	 * @param stuck whether the operation is stuck
	 * @return the statement
	 */
	static JdbcClient.StatementSpec update(JdbcClient.StatementSpec statement, PolledOperation polled,
			TrackedRow.Ending ending, @Nullable String lastFault, boolean stuck) {
		return statement.param("kind", text(polled.kind()))
			.param("state", ending.state().name())
			.param("status", TrackedRowMapper.status(polled.lastSeen()))
			.param("operation", json(polled.lastSeen()))
			.param("created_at", time(polled.created()))
			.param("learned", learnedMillis(polled))
			.param("polls", polled.polls())
			.param("not_found", time(polled.notFoundSince()))
			.param("fault", text(lastFault))
			.param("stuck", stuck)
			.param("outcome", outcome(ending))
			.param("ended_at", time(ending.endedAt()))
			.param("id", polled.id());
	}

	static @Nullable Long learnedMillis(PolledOperation polled) {
		return (polled.learned() != null) ? polled.learned().toMillis() : null;
	}

	static @Nullable String outcome(TrackedRow.Ending ending) {
		return (ending.outcome() != null) ? ending.outcome().name() : null;
	}

	static @Nullable String json(@Nullable Operation operation) {
		return JSON.write(operation);
	}

	static String json(Map<String, String> texts) {
		return JSON.write(texts);
	}

	static @Nullable OffsetDateTime time(@Nullable Instant time) {
		return (time != null) ? time.atOffset(ZoneOffset.UTC) : null;
	}

	// Databases reject the character NUL in texts.
	static @Nullable String text(@Nullable String text) {
		return (text != null) ? text.replace('\0', ' ') : null;
	}

}
