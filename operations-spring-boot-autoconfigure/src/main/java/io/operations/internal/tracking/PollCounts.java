package io.operations.internal.tracking;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;

import io.operations.internal.polling.HeldPoll;
import org.jspecify.annotations.Nullable;

/**
 * Visits all held operations again and again, and returns how often each was polled. One
 * visit of all operations is a round. Thread-safe.
 */
final class PollCounts {

	private final Supplier<? extends Iterable<HeldPoll>> held;

	// Guarded by "this".
	private @Nullable Iterator<HeldPoll> round;

	/**
	 * Create the counts.
	 * @param held supplies the operations that are held, called at the beginning of each
	 * round
	 */
	PollCounts(Supplier<? extends Iterable<HeldPoll>> held) {
		this.held = held;
	}

	/**
	 * Continue the present round, or begin one.
	 * @param most the maximum number of counts
	 * @return the numbers of polls of operations whose latest poll reported no
	 * {@link TrackedChange}, so that the store has an old number. Fewer than the maximum
	 * at the end of a round
	 */
	synchronized List<HeldOperations.Polls> next(int most) {
		List<HeldOperations.Polls> counts = new ArrayList<>();
		Iterator<HeldPoll> present = (this.round != null) ? this.round : this.held.get().iterator();
		while (counts.size() < most && present.hasNext()) {
			HeldEntry entry = (HeldEntry) present.next();
			if (entry.takeUnreported()) {
				counts.add(new HeldOperations.Polls(entry.id(), entry.polls(), entry.version()));
			}
		}
		this.round = (counts.size() < most) ? null : present;
		return counts;
	}

	/**
	 * End the present round.
	 */
	synchronized void endRound() {
		this.round = null;
	}

}
