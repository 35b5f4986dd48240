package io.operations.polling;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.operations.internal.DecayingRate;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * Learns how long operations of each kind take and plans polls accordingly: few while an
 * operation hardly ever ends, many around the time when it usually ends. Until the first
 * operation of a kind has ended, the schedule polls as {@link BackoffPollingSchedule}
 * does. This is the default schedule.
 * <p>
 * The plan weighs the cost of each poll against the lag that it saves. Let <i>f</i> be
 * the density of durations, <i>S(t)</i> the fraction of operations that last longer than
 * <i>t</i>, and let one poll be worth <i>c</i> seconds of lag. The lowest cost from age
 * <i>s</i> on is <pre>
 * V(s) = min over t &gt; s of  c S(s) + &int; (t - u) f(u) du + V(t),   the integral from s to t
 * </pre> and the <i>t</i> that attains it is the time of the next poll (the problem of
 * inspection times: Barlow, Hunter and Proschan, <i>Optimum Checking Procedures</i>,
 * 1963). One price <i>c</i> applies to all operations. If operations arrive faster than
 * the account's limits let them be polled, the price makes the polls of all operations
 * fit the limits. Otherwise it makes an operation cost {@code polls-per-operation} polls
 * on average.
 * <p>
 * The durations are estimated from operations that have ended and from operations that
 * are still running. The latest operations count most. The schedule forgets all but the
 * last ten durations if these differ from the earlier durations (Kolmogorov-Smirnov test)
 * and if clearly fewer or more operations ended than it expected. While durations drift
 * slowly, it forgets earlier durations faster. The learned durations live in memory.
 * Without tracked operations they are lost with the process.
 * <p>
 * If an operation is much faster than all earlier ones, the first poll notices its end.
 * The lag is at most the longest interval. Give operations of such different durations
 * different kinds.
 * <p>
 * A schedule is thread-safe. Each template needs its own.
 *
 * @since 0.1.0
 */
public final class AdaptivePollingSchedule implements PollingSchedule {

	/**
	 * The highest number of kinds that are learned separately. All further kinds share
	 * one.
	 */
	public static final int MAXIMUM_KINDS = 64;

	/**
	 * The number of operations of a kind that must have ended before the schedule says
	 * which age is unusual.
	 */
	public static final int ENDS_TO_JUDGE_BY = 10;

	// Small, so that a poll does not miss the planned moment. Different kinds and start
	// times spread polls, too.
	private static final double JITTER = 0.01;

	private static final String OTHER = "other";

	private static final int SAMPLE = 40;

	private static final double ARRIVAL_MEMORY = 300;

	// The lowest price of a poll, as a part of the shortest interval.
	private static final double LOWEST_PRICE = 0.1;

	private static final double HIGHEST_PRICE = 1e4;

	// No plan has fewer polls than one for each operation.
	private static final double FEWEST_POLLS = 1.02;

	private static final long REPRICING_MILLIS = 1000;

	private static final double PRICE_TOLERANCE = 0.05;

	private static final int PRICE_ROUNDS = 6;

	private static final int PRICED_KINDS = 8;

	private final Map<String, LearnedKind> kinds = new ConcurrentHashMap<>();

	private final AtomicBoolean pricing = new AtomicBoolean();

	private final BackoffPollingSchedule unlearned;

	private final double minInterval;

	private final double maxInterval;

	private final double pollsPerOperation;

	private final Scheduler scheduler;

	// Guarded by itself.
	private final DecayingRate arrivals = new DecayingRate(ARRIVAL_MEMORY);

	private volatile double price = 1;

	private volatile boolean pressed;

	private volatile long pricedAt = Long.MIN_VALUE;

	/**
	 * Create the schedule.
	 * @param settings the bounds of the intervals and the polls that an operation may
	 * cost
	 * @param scheduler the clock
	 */
	public AdaptivePollingSchedule(PollingSettings settings, Scheduler scheduler) {
		this.unlearned = new BackoffPollingSchedule(settings.minInterval(), settings.maxInterval());
		this.minInterval = settings.minInterval().toMillis() / 1000.0;
		this.maxInterval = settings.maxInterval().toMillis() / 1000.0;
		this.pollsPerOperation = settings.pollsPerOperation();
		this.scheduler = scheduler;
	}

	@Override
	public Duration firstPoll(PollingState state) {
		long now = now();
		synchronized (this.arrivals) {
			this.arrivals.add(now);
		}
		adjustPrice(now, state.pollsPerSecond());
		PollingPlan plan = (state.kind() != null) ? kind(state.kind()).plan(this.price, now) : null;
		return (plan != null) ? interval(plan, state) : Duration.ZERO;
	}

	@Override
	public Duration nextPoll(PollingState state) {
		long now = now();
		adjustPrice(now, state.pollsPerSecond());
		PollingPlan plan = kind(state.kind()).plan(this.price, now);
		return (plan != null) ? interval(plan, state) : this.unlearned.nextPoll(state);
	}

	private static Duration interval(PollingPlan plan, PollingState state) {
		return Duration.ofMillis(Math.round(1000 * plan.interval(state.age().toMillis() / 1000.0)));
	}

	@Override
	public void learn(ObservedRun run) {
		kind(run.kind()).learn(run, now());
	}

	@Override
	public double jitter() {
		return JITTER;
	}

	/**
	 * Return whether operations arrive faster than the account's limits let them be
	 * polled, so that no permit should be left unused.
	 * @return {@code true} if the limits make a poll more expensive than
	 * {@code polls-per-operation} does
	 */
	@Override
	public boolean isShortOfPolls() {
		return this.pressed;
	}

	@Override
	public @Nullable Duration unusualAge(@Nullable String kind) {
		LearnedKind learned = this.kinds.get((kind != null) ? kind : OTHER);
		return (learned != null) ? learned.unusualAge(ENDS_TO_JUDGE_BY) : null;
	}

	/**
	 * Return the durations that this schedule has learned of a kind.
	 * @param kind the kind, {@code null} for the operations whose kind is unknown or is
	 * not learned separately
	 * @return the learned durations, {@code null} if no operation of the kind was seen to
	 * end
	 */
	public @Nullable LearnedDurations learned(@Nullable String kind) {
		LearnedKind learned = this.kinds.get((kind != null) ? kind : OTHER);
		return (learned != null) ? learned.learned() : null;
	}

	/**
	 * Return the durations that this schedule has learned of each kind.
	 * @return the learned durations by kind, in alphabetical order
	 */
	@Override
	public Map<String, LearnedDurations> learned() {
		Map<String, LearnedDurations> all = new TreeMap<>();
		this.kinds.forEach((kind, learned) -> {
			LearnedDurations durations = learned.learned();
			if (durations != null) {
				all.put(kind, durations);
			}
		});
		return Collections.unmodifiableMap(all);
	}

	/**
	 * Return durations of each kind. Another process that learns from them knows what
	 * this schedule has learned.
	 * @return at most 40 durations of each kind
	 */
	@Override
	public Map<String, List<Duration>> samples() {
		Map<String, List<Duration>> samples = new TreeMap<>();
		this.kinds.forEach((kind, learned) -> {
			List<Duration> durations = learned.sample(SAMPLE);
			if (!durations.isEmpty()) {
				samples.put(kind, durations);
			}
		});
		return samples;
	}

	private LearnedKind kind(@Nullable String kind) {
		String name = (kind != null && (this.kinds.size() < MAXIMUM_KINDS || this.kinds.containsKey(kind))) ? kind
				: OTHER;
		return this.kinds.computeIfAbsent(name, (key) -> new LearnedKind(this.minInterval, this.maxInterval));
	}

	private void adjustPrice(long now, double pollsPerSecond) {
		long last = this.pricedAt;
		if ((last != Long.MIN_VALUE && now - last < REPRICING_MILLIS) || !this.pricing.compareAndSet(false, true)) {
			return;
		}
		try {
			double arriving;
			synchronized (this.arrivals) {
				arriving = this.arrivals.perSecondObserved(now);
			}
			double allowed = (arriving > 0) ? pollsPerSecond / arriving : Double.POSITIVE_INFINITY;
			this.pressed = allowed < this.pollsPerOperation;
			findPrice(now, Math.max(FEWEST_POLLS, Math.min(allowed, this.pollsPerOperation)));
			this.pricedAt = now;
		}
		finally {
			this.pricing.set(false);
		}
	}

	private void findPrice(long now, double wanted) {
		List<Share> shares = shares(now);
		double found = this.price;
		for (int round = 0; round < PRICE_ROUNDS && !shares.isEmpty(); round++) {
			double total = 0;
			double polls = 0;
			for (Share share : shares) {
				PollingPlan plan = share.kind.plan(found, now);
				if (plan != null) {
					total += share.rate;
					// If limits make polls scarce, the queue holds back the excess polls.
					// The price then need not allow for polls beyond the plan.
					polls += share.rate * plan.polls() * (this.pressed ? 1 : share.kind.surplus());
				}
			}
			double ratio = (total > 0) ? polls / total / wanted : 1;
			if (Math.abs(ratio - 1) < PRICE_TOLERANCE) {
				break;
			}
			// Where polls are dense, their number is proportional to the inverse root of
			// the price.
			found = Math.min(HIGHEST_PRICE, Math.max(LOWEST_PRICE * this.minInterval, found * ratio * ratio));
		}
		this.price = found;
	}

	// Returns the kinds with the most ends per second. The price that fits them applies
	// to all kinds.
	private List<Share> shares(long now) {
		List<Share> shares = new ArrayList<>();
		for (LearnedKind kind : this.kinds.values()) {
			double rate = kind.endingsPerSecond(now);
			if (rate > 0) {
				shares.add(new Share(kind, rate));
			}
		}
		shares.sort((one, other) -> Double.compare(other.rate, one.rate));
		return shares.subList(0, Math.min(shares.size(), PRICED_KINDS));
	}

	private long now() {
		return TimeUnit.NANOSECONDS.toMillis(this.scheduler.now(TimeUnit.NANOSECONDS));
	}

	@Override
	public String toString() {
		return "adaptive: learned " + learned();
	}

	private record Share(LearnedKind kind, double rate) {
	}

}
