package io.operations.polling;

/**
 * Plans the ages at which an operation is polled, so that the cost of polls and lag
 * together is lowest. Immutable.
 * <p>
 * Let <i>f</i> be the density of durations, <i>S(t)</i> the fraction of operations that
 * last longer than <i>t</i>, and let one poll be worth <i>c</i> seconds of lag. The
 * lowest cost from age <i>s</i> on, given that the operation was still running at
 * <i>s</i>, is <pre>
 * V(s) = min over t &gt; s of  c S(s) + &int; (t - u) f(u) du + V(t),   the integral from s to t
 * </pre> and the <i>t</i> that attains it is the time of the next poll (Bellman's
 * recurrence for inspection times; Barlow, Hunter and Proschan, <i>Optimum Checking
 * Procedures</i>, 1963, state the problem). The plan is solved from the greatest age
 * down, on the grid of {@link Ages}.
 */
final class PollingPlan {

	// From one edge of the grid to the next, the age at the next poll usually grows by
	// about 1 %. A growth by more than this part is a jump.
	private static final double JUMP = 0.05;

	// A fraction of operations too small to be planned for.
	private static final double NOBODY = 1e-9;

	// Stands for the number of an edge: the next poll is due after the longest interval.
	private static final short LONGEST = Ages.BINS + 1;

	// For the edge of each bin, the edge at which the next poll is due.
	private final short[] next = new short[Ages.BINS + 1];

	private final double minInterval;

	private final double maxInterval;

	private final double longestSeen;

	private double polls;

	private double lag;

	private PollingPlan(double minInterval, double maxInterval, double longestSeen) {
		this.minInterval = minInterval;
		this.maxInterval = maxInterval;
		this.longestSeen = longestSeen;
	}

	/**
	 * Make the best plan.
	 * @param durations the distribution of durations
	 * @param price the number of seconds of lag that a poll is worth
	 * @param minInterval the shortest interval in seconds
	 * @param maxInterval the longest interval in seconds
	 * @return the plan
	 */
	static PollingPlan best(DurationDistribution durations, double price, double minInterval, double maxInterval) {
		PollingPlan plan = new PollingPlan(minInterval, maxInterval, durations.longest());
		plan.solve(durations, price);
		return plan;
	}

	private void solve(DurationDistribution durations, double price) {
		int bins = Ages.BINS;
		double[] surviving = new double[bins + 1];
		double[] moment = new double[bins + 1];
		surviving[0] = 1;
		for (int bin = 0; bin < bins; bin++) {
			double share = durations.share(bin);
			surviving[bin + 1] = Math.max(0, surviving[bin] - share);
			moment[bin + 1] = moment[bin] + share * (Ages.edge(bin) + Ages.edge(bin + 1)) / 2;
		}
		double[] cost = new double[bins + 1];
		this.next[bins] = LONGEST;
		int nearest = bins;
		for (int from = bins - 1; from >= 0; from--) {
			if (surviving[from] < NOBODY) {
				this.next[from] = LONGEST;
				continue;
			}
			double age = Ages.edge(from);
			while (nearest > from + 1 && Ages.edge(nearest - 1) - age >= this.minInterval) {
				nearest--;
			}
			int best = nearest;
			double least = lag(surviving, moment, from, best) + cost[best];
			double longest = this.maxInterval;
			for (int to = nearest + 1; to <= bins && Ages.edge(to) - age <= longest; to++) {
				double total = lag(surviving, moment, from, to) + cost[to];
				if (total < least) {
					least = total;
					best = to;
				}
				// A plan whose next poll is later than this edge by at least the shortest
				// interval could add a poll here for its price. So such a plan saves at
				// most this price, which is not enough to make it the best.
				else if (total - price * surviving[to] > least) {
					longest = Math.min(longest, Ages.edge(to) - age + this.minInterval);
				}
			}
			cost[from] = price * surviving[from] + least;
			this.next[from] = (short) best;
		}
		// The guess for ages that no operation was seen to reach must not affect the
		// price. A higher price could not save polls there, because intervals are
		// bounded.
		int bin = 0;
		while (bin < bins && Ages.edge(bin) < this.longestSeen) {
			int following = Math.min(this.next[bin], bins);
			this.polls += surviving[bin];
			this.lag += lag(surviving, moment, bin, following);
			bin = following;
		}
	}

	private static double lag(double[] surviving, double[] moment, int from, int to) {
		return Ages.edge(to) * (surviving[from] - surviving[to]) - (moment[to] - moment[from]);
	}

	/**
	 * Return the time to the next poll. Beyond the longest duration that was seen, it is
	 * at most a fifth of the age, because the distribution there is a guess.
	 * @param age the operation's age in seconds at which it was still running
	 * @return the interval in seconds
	 */
	double interval(double age) {
		double position = Ages.position(age);
		int bin = (int) position;
		if (bin >= Ages.BINS) {
			return this.maxInterval;
		}
		double next = following(bin, position - bin);
		double trusted = Math.max(this.longestSeen - age, age / BackoffPollingSchedule.PART_OF_AGE);
		return Math.min(this.maxInterval, Math.max(this.minInterval, Math.min(next - age, trusted)));
	}

	// Returns the age at the next poll after an age between two edges. It is
	// interpolated, except where it jumps from one peak of the durations to the next: no
	// operation ends between the peaks.
	private double following(int bin, double part) {
		double here = next(bin);
		double rise = next(bin + 1) - here;
		if (rise > JUMP * here) {
			return (part < 0.5) ? here : next(bin + 1);
		}
		return here + part * rise;
	}

	private double next(int edge) {
		short next = this.next[edge];
		return (next == LONGEST) ? Ages.edge(edge) + this.maxInterval : Ages.edge(next);
	}

	/**
	 * Return the average number of polls for an operation, up to the longest duration
	 * that was seen.
	 * @return the number of polls
	 */
	double polls() {
		return this.polls;
	}

	/**
	 * Return the number of polls for an operation, if each comes as planned.
	 * @param duration how long the operation takes, in seconds
	 * @param most the number at which the count stops
	 * @return the number of polls
	 */
	double polls(double duration, double most) {
		double polls = 1;
		for (double age = interval(0); age < duration && polls < most; polls++) {
			age += interval(age);
		}
		return polls;
	}

	/**
	 * Return the average time from the end of an operation to the poll that sees it, up
	 * to the longest duration that was seen.
	 * @return the lag in seconds
	 */
	double lag() {
		return this.lag;
	}

}
