package io.operations.internal.tracking;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import io.operations.Operation;
import io.operations.internal.polling.PolledOperation;
import io.operations.tracking.TrackingState;
import org.jspecify.annotations.Nullable;

/**
 * Describes what the polls of a held operation have changed in its row. Immutable.
 *
 * @param polled what the polls have shown. It does not contain the related ids of the
 * write, which stay in the row. Its operation is {@code null} if the last poll saw none.
 * The row then keeps its operation.
 * @param deadline when the operation times out
 * @param lastFault why the last poll failed, {@code null} if it succeeded
 * @param stuck whether the operation has been running for unusually long compared with
 * others of its kind
 * @param ending how the operation ended, {@link TrackedRow.Ending#NONE} if it goes on
 * @param version the version that the row must have for this change to be stored
 * @since 0.1.0
 */
public record TrackedChange(PolledOperation polled, Instant deadline, @Nullable String lastFault, boolean stuck,
		TrackedRow.Ending ending, long version) {

	/**
	 * Return the operation's id.
	 * @return the id
	 */
	public String id() {
		return this.polled.id();
	}

	/**
	 * Return whether this change ends the operation.
	 * @return {@code true} if the operation is not polled any more
	 */
	public boolean isEnd() {
		return this.ending.state() != TrackingState.TRACKED;
	}

	/**
	 * Return whether a row shows that an earlier try to store this change succeeded,
	 * although its answer was lost.
	 * @param row the row as stored
	 * @return {@code true} if this change is the end that the row has
	 */
	public boolean isEndOf(TrackedRow row) {
		Instant own = this.ending.endedAt();
		Instant stored = row.ending().endedAt();
		// A store may round a time.
		return isEnd() && own != null && stored != null && row.version() > this.version
				&& Duration.between(stored, own).abs().toSeconds() < 1;
	}

	/**
	 * Return this change combined with an earlier one that was not stored.
	 * @param earlier the earlier change of the same operation
	 * @return this change. If it has no operation, it gets that of the earlier change. If
	 * the earlier change is an end, it stays: an operation ends once.
	 */
	public TrackedChange after(TrackedChange earlier) {
		if (earlier.isEnd()) {
			return earlier;
		}
		return (this.polled.lastSeen() != null) ? this : saw(earlier.polled.lastSeen());
	}

	private TrackedChange saw(@Nullable Operation operation) {
		return new TrackedChange(copy(this.polled.related(), operation), this.deadline, this.lastFault, this.stuck,
				this.ending, this.version);
	}

	/**
	 * Return this change for a row of another version.
	 * @param next the version
	 * @return the change
	 */
	public TrackedChange version(long next) {
		return new TrackedChange(this.polled, this.deadline, this.lastFault, this.stuck, this.ending, next);
	}

	/**
	 * Apply this change to the row.
	 * @param row the row as stored, with the version of this change
	 * @return the row after the change, with the same version
	 */
	public TrackedRow applyTo(TrackedRow row) {
		Operation seen = (this.polled.lastSeen() != null) ? this.polled.lastSeen() : row.polled().lastSeen();
		Instant due = isEnd() ? this.ending.endedAt() : null;
		return new TrackedRow(row.client(), copy(row.polled().related(), seen), row.attributes(), row.timeout(),
				this.deadline, due, this.lastFault, this.stuck, this.ending, row.version(), row.traceParent());
	}

	private PolledOperation copy(Map<String, String> related, @Nullable Operation seen) {
		return new PolledOperation(this.polled.id(), this.polled.kind(), this.polled.accepted(), this.polled.since(),
				this.polled.created(), this.polled.learned(), this.polled.polls(), this.polled.notFoundSince(), related,
				seen);
	}

}
