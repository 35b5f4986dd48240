package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.operations.OperationStatus;
import io.operations.tracking.TrackingState;
import io.operations.tracking.TrackingSummary;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Counts tracked operations.
 */
final class TrackingSummaries {

	private static final List<String> FINISHED = Stream.of(TrackingState.values())
		.filter((state) -> state != TrackingState.TRACKED)
		.map(TrackingState::name)
		.toList();

	private final JdbcClient jdbc;

	private final TrackingTables tables;

	private final DatabaseClock clock;

	private final String client;

	TrackingSummaries(DataSource dataSource, TrackingTables tables, DatabaseClock clock, String client) {
		this.jdbc = JdbcClient.create(dataSource);
		this.tables = tables;
		this.clock = clock;
		this.client = client;
	}

	/**
	 * Return a summary.
	 * @param now the local time
	 * @param held the summary of the operations in state TRACKED, {@code null} if this
	 * instance does not hold them
	 * @return the summary of all operations
	 */
	TrackingSummary summary(Instant now, @Nullable TrackingSummary held) {
		Map<TrackingState, Long> states = new EnumMap<>(TrackingState.class);
		// Millions of operations may have ended, so this count uses the index only.
		this.jdbc
			.sql("SELECT state, COUNT(*) AS number FROM " + this.tables.tracked()
					+ " WHERE client = :client AND state IN (:states) GROUP BY state")
			.param("client", this.client)
			.param("states", FINISHED)
			.query((result, number) -> states.put(TrackingState.valueOf(result.getString("state")),
					result.getLong("number")))
			.list();
		long failing = this.jdbc
			.sql("SELECT COUNT(*) FROM " + this.tables.tracked() + " t WHERE t.client = :client AND "
					+ ListStatement.FAILING)
			.param("client", this.client)
			.query(Long.class)
			.single();
		TrackingSummary open = (held != null) ? held : open(now);
		states.putAll(open.states());
		return this.jdbc
			.sql("SELECT COUNT(*) AS number, MIN(execution_time) AS first_due FROM " + this.tables.scheduled()
					+ " WHERE task_name = :task AND picked = FALSE AND execution_time <= :now")
			.param("task", this.client)
			.param("now", this.clock.toDatabase(now).atOffset(ZoneOffset.UTC))
			.query((result, number) -> {
				Instant first = TrackedRowMapper.instant(result, "first_due");
				Duration age = (first != null) ? Duration.between(this.clock.toInstance(first), now) : Duration.ZERO;
				return new TrackingSummary(states, open.statuses(), open.unseen(), open.stuck(), open.oldest(),
						open.backlog() + result.getLong("number"),
						(age.compareTo(open.backlogAge()) > 0) ? age : open.backlogAge())
					.withFailing(failing);
			})
			.single();
	}

	private TrackingSummary open(Instant now) {
		Map<TrackingState, Long> states = new EnumMap<>(TrackingState.class);
		Map<OperationStatus, Long> statuses = new EnumMap<>(OperationStatus.class);
		long[] others = new long[2];
		Instant[] oldest = { now };
		this.jdbc
			.sql("SELECT status, COUNT(*) AS number, SUM(CASE WHEN stuck THEN 1 ELSE 0 END) AS stuck_number,"
					+ " MIN(tracked_at) AS oldest FROM " + this.tables.tracked()
					+ " WHERE client = :client AND state = :state GROUP BY status")
			.param("client", this.client)
			.param("state", TrackingState.TRACKED.name())
			.query((result) -> {
				long number = result.getLong("number");
				states.merge(TrackingState.TRACKED, number, Long::sum);
				String status = result.getString("status");
				if (status != null) {
					statuses.merge(TrackedRowMapper.status(status), number, Long::sum);
				}
				else {
					others[0] += number;
				}
				others[1] += result.getLong("stuck_number");
				Instant first = TrackedRowMapper.instant(result, "oldest");
				oldest[0] = (first != null && first.isBefore(oldest[0])) ? first : oldest[0];
			});
		return new TrackingSummary(states, statuses, others[0], others[1], Duration.between(oldest[0], now), 0,
				Duration.ZERO);
	}

}
