package io.operations.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import com.github.kagkarlsson.scheduler.task.Execution;
import io.operations.polling.OperationPolls;
import io.operations.tracking.TrackedRow;
import io.operations.tracking.TrackingEngine;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Claims only as many operations as may be polled now, and none during a pause. Claims
 * only as many outcomes as can be delivered now. Therefore the backlog remains in the
 * database, where any instance can claim it. Operations that were never polled come
 * first, but every fourth claim goes by due time alone.
 */
final class Claims {

	private static final Log logger = LogFactory.getLog(Claims.class);

	private static final int SHARE = 4;

	private static final Duration LONG_ABSENCE = Duration.ofSeconds(10);

	private final Map<String, TrackedRow> loaded = new ConcurrentHashMap<>();

	private final TrackingEngine engine;

	private final OperationPolls polls;

	private final TrackedRows rows;

	private final DatabaseReach reach;

	private volatile boolean limited;

	private final Runnable afterAbsence;

	// All fields below are used by one thread only.
	private int claims;

	private boolean failing;

	private @Nullable Instant absentSince;

	/**
	 * Create the claims.
	 * @param engine knows how many polls and deliveries may begin
	 * @param rows reads the claimed rows
	 * @param reach knows whether the database can be reached
	 * @param afterAbsence called when polls begin again after a long pause or outage
	 */
	Claims(TrackingEngine engine, TrackedRows rows, DatabaseReach reach, Runnable afterAbsence) {
		this.afterAbsence = afterAbsence;
		this.engine = engine;
		this.polls = engine.polls();
		this.rows = rows;
		this.reach = reach;
	}

	/**
	 * Claim due operations in one statement, and read their rows in another.
	 * @param limit how many threads are free
	 * @param statement claims at most the given numbers
	 * @return the claimed executions
	 */
	List<Execution> claim(int limit, Function<Room, @Nullable List<Execution>> statement) {
		Room room = room(limit);
		if (room.polls() == 0 && room.deliveries() == 0) {
			return new ArrayList<>();
		}
		List<Execution> claimed;
		try {
			claimed = this.reach.once("claim", () -> statement.apply(room));
		}
		catch (RuntimeException ex) {
			if (!DatabaseReach.isAway(ex) && !this.failing) {
				this.failing = true;
				logger.error("This instance cannot claim due operations, so it polls nothing and delivers no outcomes."
						+ " It keeps retrying and does not log this again until a claim succeeds. Check the tables and"
						+ " the rights of the database user.", ex);
			}
			return new ArrayList<>();
		}
		this.failing = false;
		if (claimed == null) {
			return new ArrayList<>();
		}
		int polled = (int) claimed.stream().filter(TrackingTask::isPoll).count();
		this.polls.taken(polled);
		this.limited = polled == room.polls() || claimed.size() - polled == room.deliveries();
		load(claimed);
		return claimed;
	}

	private void load(List<Execution> claimed) {
		List<String> ids = claimed.stream().map(Execution::getId).toList();
		try {
			List<TrackedRow> found = ids.isEmpty() ? List.of() : this.reach.once("load", () -> this.rows.find(ids));
			if (found != null) {
				found.forEach((row) -> this.loaded.put(row.id(), row));
			}
		}
		catch (RuntimeException | Error ex) {
			// Then each row is read on its own.
			this.loaded.keySet().removeAll(ids);
		}
	}

	/**
	 * Take the row that was read after the claim.
	 * @param operationId the operation's id
	 * @return the row, {@code null} if it must be read again
	 */
	@Nullable TrackedRow takeLoaded(String operationId) {
		return this.loaded.remove(operationId);
	}

	void awaitDatabase() {
		try {
			this.reach.untilReached("ping", () -> {
				this.rows.ping();
				return null;
			});
		}
		catch (RuntimeException ex) {
			logger.debug("The store was stopped before the database could be reached.", ex);
		}
	}

	Room room(int limit) {
		noteAbsence();
		int room = Math.min(limit, this.polls.room());
		this.limited = room < limit;
		return new Room(room, Math.min(limit, this.engine.freeDeliveries()), ++this.claims % SHARE != 0);
	}

	private void noteAbsence() {
		if (this.polls.isEndpointAway() || !this.polls.paused().isZero()) {
			this.absentSince = (this.absentSince != null) ? this.absentSince : this.polls.now();
		}
		else if (this.absentSince != null) {
			boolean wasLong = this.absentSince.plus(LONG_ABSENCE).isBefore(this.polls.now());
			this.absentSince = null;
			if (wasLong) {
				this.afterAbsence.run();
			}
		}
	}

	/**
	 * Return whether the last claim may have left due operations because there was no
	 * room for them.
	 * @return {@code true} if another search is worthwhile as soon as there is room
	 */
	boolean isLimited() {
		return this.limited;
	}

	/**
	 * How many operations may be claimed. Deliveries send no requests to the server, so
	 * they continue during a pause and do not count as polls.
	 *
	 * @param polls the maximum number of polls
	 * @param deliveries the maximum number of deliveries
	 * @param byPriority whether operations that were never polled go first, or the due
	 * time alone counts
	 */
	record Room(int polls, int deliveries, boolean byPriority) {

	}

}
