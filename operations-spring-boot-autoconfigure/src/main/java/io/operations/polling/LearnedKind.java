package io.operations.polling;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import io.operations.internal.DecayingRate;
import org.jspecify.annotations.Nullable;

/**
 * Learns how long operations of one kind take, and plans their polls. A new plan is made
 * when enough was learned.
 */
final class LearnedKind {

	// The weight of an observation halves after this many ends.
	private static final double HALF_LIFE = 40;

	// This many of the latest ends are compared with at least as many earlier ones. The
	// level of the Kolmogorov-Smirnov test is about one in three thousand.
	private static final int LATEST = 10;

	private static final double CHANGE = 2.1;

	// So many ends, or so few, were expected meanwhile if operations have become slower
	// or faster. Otherwise only the mix of ages has changed: when no more operations
	// begin, slow ones are left.
	private static final double EXPECTED_IF_SLOWER = 2.5 * LATEST;

	private static final double EXPECTED_IF_FASTER = 0.4 * LATEST;

	// The ranks of this many of the latest ends among the earlier ones show a slow drift.
	private static final double RANK_MEMORY = 10;

	// The standard deviations of the means of ranks and of expected ends without drift.
	private static final double RANK_DEVIATION = Math.sqrt(1 / 12.0 / (2 * RANK_MEMORY - 1));

	private static final double EXPECTED_DEVIATION = Math.sqrt(1 / (2 * RANK_MEMORY - 1));

	private static final double DRIFT = 1.3;

	private static final double RANKED_FROM = 4;

	private static final double LEAST_HALF_LIFE = 4;

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

	// A new plan needs new ends and sightings of running operations: this part of the
	// observations behind the present plan.
	private static final double NEWS = 0.1;

	private static final int SIGHTINGS = 50;

	// A new estimate takes a millisecond or two. This interval limits estimates to a
	// hundredth of the time, however many operations end.
	private static final long ESTIMATE_MILLIS = 250;

	private static final double RATE_MEMORY = 300;

	private static final double UPPER_QUANTILE = 0.95;

	private static final double UNUSUAL = 3;

	// From this many observations on, older ones are being forgotten, and the mean of
	// several estimates is steadier than the latest estimate.
	private static final double AVERAGED_FROM = 60;

	// Before that, chance moves the estimate most. So it allows for a little more, except
	// from the first ten ends: the prior allows for more already.
	private static final double ALLOWANCE = 0.0045;

	private static final double ALLOWED_FROM = 10;

	// The multiples of the golden ratio are spread evenly, however many there are.
	private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;

	private final DurationHistogram all = new DurationHistogram();

	// All ends except the latest. Running operations are left out, because they would
	// hide that operations have become slower.
	private final EndedDurations settled = new EndedDurations();

	private final Deque<Double> latest = new ArrayDeque<>(LATEST);

	private final DecayingRate endings = new DecayingRate(RATE_MEMORY);

	private final double minInterval;

	private final double maxInterval;

	private double rank;

	// How many ends were expected since the last one, and during each of the latest ones.
	private double expected;

	private final double[] expectedByEnd = new double[LATEST];

	private double unexpected;

	// The durations have changed since the estimate.
	private boolean changed;

	private double pollsMade;

	private double pollsPlanned;

	private volatile double surplus = 1;

	// The mean logarithm of the age that one in twenty operations reaches.
	private double upper;

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
		double halfLife = halfLife(to);
		if (!isMixOfAgesUnusual(halfLife)) {
			comparePolls(to, halfLife);
		}
		this.all.ended(from, to, halfLife);
		if (this.latest.size() == LATEST) {
			this.settled.ended(this.latest.remove(), HALF_LIFE);
		}
		this.latest.add(to);
		this.expectedByEnd[(int) (this.ends % LATEST)] = expected();
		this.expected = 0;
		this.endings.add(now);
		this.ends++;
		note(hasChanged() ? forgetAllButTheLatest() : 1);
	}

	// As in the histogram, an operation that ends within a bin has passed the whole bin.
	private void expect(boolean ended, double from, double to) {
		Known present = this.known;
		if (present != null) {
			double last = Ages.position(to);
			this.expected += present.hazard.between(Ages.position(from),
					ended ? Math.min(Math.floor(last) + 1, Ages.BINS) : last);
		}
	}

	// Without an estimate of the present durations, every end is as expected.
	private double expected() {
		return (this.known == null || this.changed) ? 1 : this.expected;
	}

	// Where durations drift, the latest rank high or low among the earlier ones, and more
	// or fewer ends were expected. The further they do, the sooner the earlier ones are
	// forgotten.
	private double halfLife(double duration) {
		if (this.all.observations() < RANKED_FROM) {
			return HALF_LIFE;
		}
		this.rank += (this.all.rank(duration) - 0.5 - this.rank) / RANK_MEMORY;
		this.unexpected += (expected() - 1 - this.unexpected) / RANK_MEMORY;
		double deviations = Math.min(Math.abs(this.rank) / RANK_DEVIATION,
				this.unexpected * Math.signum(this.rank) / EXPECTED_DEVIATION);
		return (deviations > DRIFT) ? Math.max(LEAST_HALF_LIFE, HALF_LIFE * Math.pow(DRIFT / deviations, 3))
				: HALF_LIFE;
	}

	// Without a drift, the latest rank high when no more operations begin, and low when
	// many have begun at once. Their polls tell nothing of others then.
	private boolean isMixOfAgesUnusual(double halfLife) {
		return Math.abs(this.rank) > DRIFT * RANK_DEVIATION && halfLife == HALF_LIFE;
	}

	// Under a drift, operations outlive the estimate, and cost more polls than planned.
	// Without one, few operations would tell little: their polls differ by chance, and
	// the price would move with them.
	private void comparePolls(double duration, double halfLife) {
		Known present = this.known;
		if (present == null) {
			return;
		}
		double planned = present.plan.polls();
		double memory = (this.ends < LONGER_MEMORY_FROM) ? POLLS_MEMORY : Math.max(POLLS_MEMORY, halfLife);
		double kept = 1 - 1 / memory;
		this.pollsMade = kept * this.pollsMade + present.plan.polls(duration, MOST_POLLS * (planned + 1));
		this.pollsPlanned = kept * this.pollsPlanned + planned;
		double assumed = PLANNED_POLLS * planned;
		double ratio = (this.pollsMade + assumed) / (this.pollsPlanned + assumed);
		this.surplus = Math.min(HIGHEST_SURPLUS, Math.max(1 / HIGHEST_SURPLUS, ratio));
	}

	/**
	 * Return how many polls the latest operations cost, compared with the plan.
	 * @return the ratio
	 */
	double surplus() {
		return this.surplus;
	}

	private boolean hasChanged() {
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

	private double forgetAllButTheLatest() {
		this.all.clear();
		this.settled.clear();
		this.rank = 0;
		this.unexpected = 0;
		this.changed = true;
		this.pollsMade = 0;
		this.pollsPlanned = 0;
		this.surplus = 1;
		this.latest.forEach((duration) -> this.all.ended(duration, HALF_LIFE));
		return LATEST;
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
			average(durations, present == null);
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
				? new Known(durations, present.hazard, present.unusual, plan, price, estimatedAt)
				: new Known(durations, new CumulativeHazard(durations), duration(UNUSUAL * Math.exp(this.upper)), plan,
						price, estimatedAt);
		return plan;
	}

	// Chance moves one estimate of this age by a quarter where the tail is heavy. Under a
	// drift and after a change few observations count, and only the latest estimate does.
	private void average(DurationDistribution durations, boolean first) {
		double observations = this.all.observations();
		boolean isSteady = observations >= AVERAGED_FROM;
		double allowance = isSteady ? 0 : ALLOWANCE * Math.max(0, 1 - ALLOWED_FROM / observations);
		double latest = Math.log(durations.quantile(UPPER_QUANTILE + allowance));
		double kept = (isSteady && !first) ? Math.pow(2, -this.news / HALF_LIFE) : 0;
		this.upper = kept * this.upper + (1 - kept) * latest;
	}

	synchronized double endingsPerSecond(long now) {
		return this.endings.perSecondObserved(now);
	}

	/**
	 * Return the learned durations.
	 * @return the durations, {@code null} if none are learned
	 */
	synchronized @Nullable LearnedDurations learned() {
		Known present = this.known;
		if (present == null) {
			return null;
		}
		return new LearnedDurations(this.ends, duration(present.durations.quantile(0.5)),
				duration(present.durations.quantile(UPPER_QUANTILE)), present.plan.polls(),
				duration(present.plan.lag()));
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
	 * @return as many durations as were learned, empty if none were
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
