package io.operations.polling;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;

/**
 * Detects that the operations of a kind take longer or shorter than before: a slow drift,
 * under which earlier ends are forgotten sooner, or a change, after which only the latest
 * ends count. Not thread-safe: {@link LearnedKind} calls it only under its own lock.
 */
final class DurationDrift {

	/**
	 * The weight of an observation halves after this many ends.
	 */
	static final double HALF_LIFE = 40;

	/**
	 * This many of the latest ends are compared with at least as many earlier ends. The
	 * comparison is a Kolmogorov-Smirnov test at a level of about one in three thousand.
	 */
	static final int LATEST = 10;

	private static final double CHANGE = 2.1;

	// If operations have become slower, the estimate expected more than this many ends
	// during the latest ten. If they have become faster, it expected fewer than
	// EXPECTED_IF_FASTER. Otherwise only the mix of ages has changed: when no more
	// operations begin, slow ones are left.
	private static final double EXPECTED_IF_SLOWER = 2.5 * LATEST;

	private static final double EXPECTED_IF_FASTER = 0.4 * LATEST;

	// To detect a slow drift, the ranks of about this many of the latest ends among the
	// earlier ends are averaged.
	private static final double RANK_MEMORY = 10;

	// The standard deviations that the averages of ranks and of expected ends have
	// without a drift.
	private static final double RANK_DEVIATION = Math.sqrt(1 / 12.0 / (2 * RANK_MEMORY - 1));

	private static final double EXPECTED_DEVIATION = Math.sqrt(1 / (2 * RANK_MEMORY - 1));

	private static final double DRIFT = 1.3;

	private static final double RANKED_FROM = 4;

	private static final double LEAST_HALF_LIFE = 4;

	// All ends except the latest. Running operations are left out, because they would
	// hide that operations have become slower.
	private final EndedDurations settled = new EndedDurations();

	private final Deque<Double> latest = new ArrayDeque<>(LATEST);

	// For each of the latest ends: how many ends the estimate expected since the end
	// before it.
	private final double[] expectedByEnd = new double[LATEST];

	private int next;

	private double rank;

	private double unexpected;

	/**
	 * Return the half-life of the weights of earlier ends. If operations become slower,
	 * the latest ends rank high among the earlier ones, and the estimate expected more
	 * ends than there were. If they become faster, it is the other way round. The
	 * stronger the drift is, the sooner the schedule forgets earlier ends.
	 * @param all the durations learned so far
	 * @param duration the duration of the operation that has ended, in seconds
	 * @param expected how many ends were expected since the last end
	 * @return the half-life as a number of ends, {@link #HALF_LIFE} if there is no drift
	 */
	double halfLife(DurationHistogram all, double duration, double expected) {
		if (all.observations() < RANKED_FROM) {
			return HALF_LIFE;
		}
		this.rank += (all.rank(duration) - 0.5 - this.rank) / RANK_MEMORY;
		this.unexpected += (expected - 1 - this.unexpected) / RANK_MEMORY;
		double deviations = Math.min(Math.abs(this.rank) / RANK_DEVIATION,
				this.unexpected * Math.signum(this.rank) / EXPECTED_DEVIATION);
		return (deviations > DRIFT) ? Math.max(LEAST_HALF_LIFE, HALF_LIFE * Math.pow(DRIFT / deviations, 3))
				: HALF_LIFE;
	}

	/**
	 * Return whether the latest ends are longer or shorter than most earlier ones
	 * although the durations do not drift. They are longer when no more operations begin,
	 * and shorter when many have begun at once. {@link LearnedKind} then leaves the polls
	 * of such an operation out of its {@link PollSurplus}, because they are not typical.
	 * @param halfLife the half-life at the latest end
	 * @return {@code true} if the polls of the latest operation should not count
	 */
	boolean isMixOfAgesUnusual(double halfLife) {
		return Math.abs(this.rank) > DRIFT * RANK_DEVIATION && halfLife == HALF_LIFE;
	}

	/**
	 * Record the end of an operation.
	 * @param duration the duration of the operation in seconds
	 * @param expected how many ends were expected since the last end
	 */
	void ended(double duration, double expected) {
		if (this.latest.size() == LATEST) {
			this.settled.ended(this.latest.remove(), HALF_LIFE);
		}
		this.latest.add(duration);
		this.expectedByEnd[this.next] = expected;
		this.next = (this.next + 1) % LATEST;
	}

	/**
	 * Return whether the latest ends differ from the earlier ones.
	 * @return {@code true} if the earlier ends no longer tell how long operations take,
	 * so that the schedule should forget them
	 */
	boolean hasChanged() {
		double before = this.settled.observations();
		return before >= LATEST && isUnexpected()
				&& this.settled.distance(this.latest) > CHANGE * Math.sqrt(1.0 / LATEST + 1 / before);
	}

	private boolean isUnexpected() {
		double sum = 0;
		for (double ofOne : this.expectedByEnd) {
			sum += ofOne;
		}
		return (this.rank > 0) ? sum > EXPECTED_IF_SLOWER : sum < EXPECTED_IF_FASTER;
	}

	/**
	 * Return the durations of the latest ends.
	 * @return at most {@link #LATEST} durations in seconds, the earliest first
	 */
	Collection<Double> latest() {
		return Collections.unmodifiableCollection(this.latest);
	}

	/**
	 * Forget all but the latest ends.
	 */
	void clear() {
		this.settled.clear();
		this.rank = 0;
		this.unexpected = 0;
	}

}
