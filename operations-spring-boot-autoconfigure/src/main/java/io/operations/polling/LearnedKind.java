package io.operations.polling;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.operations.internal.DecayingRate;
import org.jspecify.annotations.Nullable;

/**
 * Learns how long operations of one kind take, and plans their polls. A new plan is made
 * when enough was learned.
 */
final class LearnedKind {

	// A new plan is made when the new observations are this part of all observations. An
	// end counts as one new observation, and so do this many sightings of running
	// operations.
	private static final double NEWS = 0.1;

	private static final int SIGHTINGS = 50;

	// A new estimate takes a millisecond or two. This interval limits estimates to a
	// hundredth of the time, however many operations end.
	private static final long ESTIMATE_MILLIS = 250;

	private static final double RATE_MEMORY = 300;

	private static final int POINTS = 32;

	// The multiples of the golden ratio are spread evenly, however many there are.
	private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;

	private final DurationHistogram all = new DurationHistogram();

	private final DurationDrift drift = new DurationDrift();

	private final PollSurplus surplus = new PollSurplus();

	private final UnusualAge unusual = new UnusualAge();

	private final DecayingRate endings = new DecayingRate(RATE_MEMORY);

	private final double minInterval;

	private final double maxInterval;

	// How many ends were expected since the last end.
	private double expected;

	// Whether the durations have changed since the last estimate.
	private boolean changed;

	// Written under the lock.
	private volatile long ends;

	private double news;

	private volatile boolean stale;

	private volatile @Nullable Known known;

	LearnedKind(double minInterval, double maxInterval) {
		this.minInterval = minInterval;
		this.maxInterval = maxInterval;
	}

	/**
	 * Learn from an operation.
	 * @param run the observed run of the operation
	 * @param now the present time in milliseconds
	 */
	synchronized void learn(ObservedRun run, long now) {
		double from = seconds(run.from());
		double to = seconds(run.to());
		expect(run.ended(), from, to);
		if (!run.ended()) {
			this.all.ran(from, to);
			note(1.0 / SIGHTINGS);
			return;
		}
		double halfLife = this.drift.halfLife(this.all, to, expected());
		Known present = this.known;
		if (present != null && !this.drift.isMixOfAgesUnusual(halfLife)) {
			this.surplus.ended(present.plan, to, this.ends, halfLife);
		}
		this.all.ended(from, to, halfLife);
		this.drift.ended(to, expected());
		this.expected = 0;
		this.endings.add(now);
		this.ends++;
		note(this.drift.hasChanged() ? forgetAllButTheLatest() : 1);
	}

	// As in the histogram, an operation that ends within a bin counts as having passed
	// the whole bin.
	private void expect(boolean ended, double from, double to) {
		Known present = this.known;
		if (present != null) {
			double last = Ages.position(to);
			this.expected += present.hazard.between(Ages.position(from),
					ended ? Math.min(Math.floor(last) + 1, Ages.BINS) : last);
		}
	}

	// Without an estimate of the present durations, exactly one end is expected for each
	// end.
	private double expected() {
		return (this.known == null || this.changed) ? 1 : this.expected;
	}

	/**
	 * Return how many polls the latest operations cost, compared with the plan.
	 * @return the ratio, 1 if the operations cost as many polls as the plan expected
	 */
	double surplus() {
		return this.surplus.ratio();
	}

	private double forgetAllButTheLatest() {
		this.all.clear();
		this.drift.clear();
		this.surplus.clear();
		this.changed = true;
		this.drift.latest().forEach((duration) -> this.all.ended(duration, DurationDrift.HALF_LIFE));
		return DurationDrift.LATEST;
	}

	private void note(double ofNews) {
		this.news += ofNews;
		this.stale = this.news >= Math.max(1, NEWS * this.all.observations());
	}

	/**
	 * Return the plan. A new plan is made if enough was learned or the price has changed.
	 * @param price the number of seconds of lag that a poll is worth
	 * @param now the present time in milliseconds
	 * @return the plan, {@code null} if no operation of this kind was seen to end
	 */
	@Nullable PollingPlan plan(double price, long now) {
		Known present = this.known;
		return (present != null && present.price == price && !isOutdated(present, now)) ? present.plan
				: refresh(price, now);
	}

	private boolean isOutdated(Known present, long now) {
		return this.stale && now - present.estimatedAt >= ESTIMATE_MILLIS;
	}

	private synchronized @Nullable PollingPlan refresh(double price, long now) {
		if (this.ends == 0) {
			return null;
		}
		Known present = this.known;
		DurationDistribution durations;
		long estimatedAt = now;
		if (present == null || isOutdated(present, now)) {
			durations = DurationDistribution.estimate(this.all);
			this.unusual.estimated(durations, this.all.observations(), this.news, present == null);
			this.news = 0;
			this.stale = false;
			this.changed = false;
		}
		else if (present.price == price) {
			return present.plan;
		}
		else {
			durations = present.durations;
			estimatedAt = present.estimatedAt;
		}
		PollingPlan plan = PollingPlan.best(durations, price, this.minInterval, this.maxInterval);
		this.known = (present != null && durations.equals(present.durations))
				? new Known(durations, present.hazard, present.unusual, plan, price, estimatedAt) : new Known(durations,
						new CumulativeHazard(durations), duration(this.unusual.seconds()), plan, price, estimatedAt);
		return plan;
	}

	synchronized double endingsPerSecond(long now) {
		return this.endings.perSecondObserved(now);
	}

	/**
	 * Return the learned durations.
	 * @return the durations, {@code null} if none are learned
	 */
	@Nullable LearnedDurations learned() {
		Known present = this.known;
		if (present == null) {
			return null;
		}
		List<Duration> points = new ArrayList<>(POINTS);
		for (double seconds : present.durations.points(POINTS)) {
			points.add(duration(seconds));
		}
		return new LearnedDurations(this.ends, duration(present.durations.quantile(0.5)),
				duration(present.durations.quantile(UnusualAge.UPPER_QUANTILE)), present.plan.polls(),
				duration(present.plan.lag()), points);
	}

	/**
	 * Return the age that operations hardly ever reach.
	 * @param least the number of ends from which on the age is known
	 * @return the age, {@code null} as long as it is unknown
	 */
	@Nullable Duration unusualAge(int least) {
		Known present = this.known;
		return (present == null || this.ends < least) ? null : present.unusual;
	}

	/**
	 * Return durations that are distributed as the learned ones are, for another process
	 * to learn from. Neighbours in the list are far apart in size, so that they do not
	 * look like a drift.
	 * @param most the maximum number of durations
	 * @return as many durations as were learned, at most {@code most}; empty if none were
	 * learned
	 */
	synchronized List<Duration> sample(int most) {
		Known present = this.known;
		int number = (int) Math.min(most, Math.round(this.all.observations()));
		List<Duration> sample = new ArrayList<>();
		for (int i = 1; present != null && i <= number; i++) {
			sample.add(duration(present.durations.quantile((i * GOLDEN) % 1)));
		}
		return sample;
	}

	private static double seconds(Duration duration) {
		return duration.toMillis() / 1000.0;
	}

	private static Duration duration(double seconds) {
		return Duration.ofMillis(Math.round(seconds * 1000));
	}

	private record Known(DurationDistribution durations, CumulativeHazard hazard, Duration unusual, PollingPlan plan,
			double price, long estimatedAt) {
	}

}
