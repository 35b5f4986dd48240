package io.operations.polling;

/**
 * Compares the polls that ended operations have cost with the polls that were planned for
 * them. Only {@link #ratio()} is thread-safe: {@link LearnedKind} calls the other methods
 * under its own lock.
 */
final class PollSurplus {

	// At least this many of the latest ends tell how far real polls differ from planned
	// ones.
	private static final double POLLS_MEMORY = 10;

	// The plans of the first ends are poor. A longer memory would keep their polls.
	private static final int LONGER_MEMORY_FROM = 30;

	// The polls of this many operations are taken to be as planned.
	private static final double PLANNED_POLLS = 2;

	private static final double HIGHEST_SURPLUS = 2;

	// An operation that ends far beyond all others does not count for more polls.
	private static final double MOST_POLLS = 6;

	private double made;

	private double planned;

	private volatile double ratio = 1;

	/**
	 * Record the polls of an operation that has ended. Under a drift, operations outlive
	 * the estimate, and cost more polls than planned. Without one, few operations would
	 * tell little: their polls differ by chance, and the price would move with them.
	 * @param plan the plan of its polls
	 * @param duration its duration in seconds
	 * @param ends the number of earlier ends
	 * @param halfLife the number of ends after which the weight of an end halves
	 */
	void ended(PollingPlan plan, double duration, long ends, double halfLife) {
		double planned = plan.polls();
		double memory = (ends < LONGER_MEMORY_FROM) ? POLLS_MEMORY : Math.max(POLLS_MEMORY, halfLife);
		double kept = 1 - 1 / memory;
		this.made = kept * this.made + plan.polls(duration, MOST_POLLS * (planned + 1));
		this.planned = kept * this.planned + planned;
		double assumed = PLANNED_POLLS * planned;
		double ratio = (this.made + assumed) / (this.planned + assumed);
		this.ratio = Math.min(HIGHEST_SURPLUS, Math.max(1 / HIGHEST_SURPLUS, ratio));
	}

	/**
	 * Return how many polls the latest operations cost, compared with the plan.
	 * @return the ratio
	 */
	double ratio() {
		return this.ratio;
	}

	void clear() {
		this.made = 0;
		this.planned = 0;
		this.ratio = 1;
	}

}
