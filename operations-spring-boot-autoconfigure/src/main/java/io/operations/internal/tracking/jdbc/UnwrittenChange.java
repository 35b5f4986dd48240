package io.operations.internal.tracking.jdbc;

import io.operations.Operation;
import io.operations.internal.polling.PolledOperation;
import io.operations.internal.tracking.TrackedChange;
import io.operations.internal.tracking.TrackedRow;
import org.jspecify.annotations.Nullable;

/**
 * Holds a change that is not written yet.
 *
 * @param change the change
 * @param weight the memory that it takes
 */
record UnwrittenChange(TrackedChange change, long weight) {

	// An earlier change of another version is about an operation that was forgotten.
	boolean isOfVersionOf(@Nullable UnwrittenChange earlier) {
		return earlier != null && earlier.change.version() == this.change.version();
	}

	// An operation that was tracked again has a different start time.
	boolean isOf(TrackedRow row) {
		return this.change.polled().since().toEpochMilli() == row.polled().since().toEpochMilli();
	}

	UnwrittenChange after(@Nullable UnwrittenChange earlier) {
		if (earlier == null || !isOfVersionOf(earlier)) {
			return this;
		}
		boolean isOwn = this.change.polled().lastSeen() != null && !earlier.change.isEnd();
		return new UnwrittenChange(this.change.after(earlier.change), isOwn ? this.weight : earlier.weight);
	}

	UnwrittenChange version(long version) {
		return new UnwrittenChange(this.change.version(version), this.weight);
	}

	UnwrittenChange withoutOperation() {
		PolledOperation polled = this.change.polled();
		Operation none = null;
		return new UnwrittenChange(new TrackedChange(
				new PolledOperation(polled.id(), polled.kind(), polled.accepted(), polled.since(), polled.created(),
						polled.learned(), polled.polls(), polled.notFoundSince(), polled.related(), none),
				this.change.deadline(), this.change.lastFault(), this.change.stuck(), this.change.ending(),
				this.change.version()), 0);
	}

}
