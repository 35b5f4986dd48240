package io.operations.internal.tracking;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;

import io.operations.OperationStatus;
import io.operations.tracking.TrackingState;
import io.operations.tracking.TrackingSummary;
import org.jspecify.annotations.Nullable;

/**
 * Summarizes operations in state TRACKED, one after the other.
 */
final class OpenSummary {

	private final Map<OperationStatus, Long> statuses = new EnumMap<>(OperationStatus.class);

	private final long now;

	private long tracked;

	private long unseen;

	private long stuck;

	private long overdue;

	private long oldest;

	private Duration backlogAge = Duration.ZERO;

	OpenSummary(Instant now) {
		this.now = now.toEpochMilli();
		this.oldest = this.now;
	}

	/**
	 * Count an operation.
	 * @param status its status, {@code null} if no poll has seen it
	 * @param isStuck whether it has been running for unusually long
	 * @param since when the tracking began, in milliseconds
	 * @param overdueFor how long its next poll has been due, {@code null} if it is not
	 * due
	 */
	void add(@Nullable OperationStatus status, boolean isStuck, long since, @Nullable Duration overdueFor) {
		this.tracked++;
		this.stuck += isStuck ? 1 : 0;
		this.oldest = Math.min(this.oldest, since);
		if (status != null) {
			this.statuses.merge(status, 1L, Long::sum);
		}
		else {
			this.unseen++;
		}
		if (overdueFor != null) {
			this.overdue++;
			this.backlogAge = (overdueFor.compareTo(this.backlogAge) > 0) ? overdueFor : this.backlogAge;
		}
	}

	/**
	 * Count an operation that no poller holds.
	 * @param row its row
	 */
	void add(TrackedRow row) {
		Instant due = row.due();
		long overdueFor = (due != null) ? this.now - due.toEpochMilli() : -1;
		add((row.polled().lastSeen() != null) ? row.polled().lastSeen().status() : null, row.stuck(),
				row.polled().since().toEpochMilli(), (overdueFor >= 0) ? Duration.ofMillis(overdueFor) : null);
	}

	TrackingSummary toSummary() {
		return new TrackingSummary(Map.of(TrackingState.TRACKED, this.tracked), this.statuses, this.unseen, this.stuck,
				Duration.ofMillis(this.now - this.oldest), this.overdue, this.backlogAge);
	}

}
