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

import io.operations.resilience.DecayingRate;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * Learns how long operations take, kind by kind, and asks when that costs least: seldom
 * while an operation hardly ever ends, often when it is about to. Until the first one of
 * a kind has ended it asks as {@link BackoffPollingSchedule} does.
 * <p>
 * Each poll is weighed against the lag that it saves. Let <i>f</i> be the density of
 * durations, <i>S</i> the part that lasts longer, and let one poll be worth <i>c</i>
 * seconds of lag. The least cost from age <i>s</i> on is <pre>
 * V(s) = min over t &gt; s of  c S(s) + &int; (t - u) f(u) du + V(t),   the integral from s to t
 * </pre> and the <i>t</i> that attains it is the next poll (the problem of inspection
 * times: Barlow, Hunter and Proschan, <i>Optimum Checking Procedures</i>, 1963). One
 * price <i>c</i> holds for all: where operations arrive faster than the account lets them
 * be asked for, it is such that the polls that all of them cost fit into what the account
 * allows; else such that one costs {@code polls-per-operation} on average.
 * <p>
 * Durations are estimated by what ended and by what still runs, the latest counting most;
 * when the last few differ from those before (Kolmogorov and Smirnov's test), the latter
 * are forgotten. Thread-safe; to be used by one template.
 *
 * @since 0.1.0
 */
public final class AdaptivePollingSchedule implements PollingSchedule {

	/**
	 * How many kinds of operations are told apart. Further ones are taken for one.
	 */
	public static final int MAXIMUM_KINDS = 64;

	/**
	 * How many ends of a kind say what is unusually long.
	 */
	public static final int ENDS_TO_JUDGE_BY = 10;

	private static final double UNUSUAL = 3;

	// Enough once kinds and start times differ, and little enough not to miss the moment.
	private static final double JITTER = 0.03;

	private static final String OTHER = "other";

	private static final double ARRIVAL_MEMORY = 300;

	// Nobody polls for less than this part of the shortest interval.
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
	 * @param settings the bounds of its intervals, and what an operation may cost
	 * @param scheduler tells the time
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
	 * Return whether operations arrive faster than the account lets them be asked for, so
	 * that no permit should be left unused.
	 * @return {@code true} if the price of a poll is higher than it would be alone
	 */
	@Override
	public boolean isShortOfPolls() {
		return this.pressed;
	}

	@Override
	public @Nullable Duration unusualAge(@Nullable String kind) {
		LearnedDurations learned = learned(kind);
		return (learned == null || learned.ends() < ENDS_TO_JUDGE_BY) ? null
				: Duration.ofMillis(Math.round(UNUSUAL * learned.upperQuantile().toMillis()));
	}

	/**
	 * Return what has been learned of a kind.
	 * @param kind the kind
	 * @return what is known, {@code null} if no operation of it was seen to end
	 */
	public @Nullable LearnedDurations learned(@Nullable String kind) {
		LearnedKind learned = this.kinds.get((kind != null) ? kind : OTHER);
		return (learned != null) ? learned.learned() : null;
	}

	/**
	 * Return what has been learned of each kind.
	 * @return what is known, by kind
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
				arriving = this.arrivals.perSecond(now);
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
					polls += share.rate * plan.polls();
				}
			}
			double ratio = (total > 0) ? polls / total / wanted : 1;
			if (Math.abs(ratio - 1) < PRICE_TOLERANCE) {
				break;
			}
			// Where polls are dense, their number goes with the root of the price.
			found = Math.min(HIGHEST_PRICE, Math.max(LOWEST_PRICE * this.minInterval, found * ratio * ratio));
		}
		this.price = found;
	}

	// The kinds that matter most. All are planned at the price that these lead to.
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
