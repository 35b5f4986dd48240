package io.operations.polling;

/**
 * Compares the polls that ended operations cost under their plan with the average number
 * that the plan expected. Only {@link #ratio()} is thread-safe: {@link LearnedKind} calls
 * the other methods under its own lock.
 */
final class PollSurplus {

	// The ratio is averaged over at least about this many of the latest ends.
	private static final double POLLS_MEMORY = 10;

	// From this number of ends on, the average may cover more ends. The plans for the
	// first operations are poor, and a longer memory would keep their polls.
	private static final int LONGER_MEMORY_FROM = 30;

	// This many further operations are assumed to have cost the expected number of polls.
	private static final double PLANNED_POLLS = 2;

	private static final double HIGHEST_SURPLUS = 2;

	// The polls of an operation that takes far longer than all others are counted only up
	// to this multiple of the expected number plus one.
	private static final double MOST_POLLS = 6;

	private double made;

	private double planned;

	private volatile double ratio = 1;

	/**
	 * Record the polls of an operation that has ended. Under a drift, operations outlive
	 * the estimate and cost more polls than expected, so only the latest operations
	 * count. Without a drift, the polls of few operations differ by chance, and the price
	 * would move with them, so more operations count.
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
	 * @return the ratio, 1 if the operations cost as many polls as the plan expected
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
