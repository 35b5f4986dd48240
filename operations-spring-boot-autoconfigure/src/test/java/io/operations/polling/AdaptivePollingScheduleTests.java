package io.operations.polling;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the schedule makes of what it sees.
 */
@Tag("slow")
class AdaptivePollingScheduleTests {

	private static final int SEEDS = Boolean.getBoolean("operations.soak") ? 21 : 5;

	private static final double PLENTY = 1e9;

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	/**
	 * Durations in seconds.
	 */
	enum Durations {

		NEARLY_CONSTANT, HEAVY_TAIL, TWO_SORTS, UNIFORM;

		double next(Random random) {
			return switch (this) {
				case NEARLY_CONSTANT -> 60 * Math.exp(0.1 * random.nextGaussian());
				case HEAVY_TAIL -> 60 * Math.exp(random.nextGaussian());
				case TWO_SORTS -> ((random.nextDouble() < 0.8) ? 10 : 200) * Math.exp(0.2 * random.nextGaussian());
				case UNIFORM -> 5 + 15 * random.nextDouble();
			};
		}

	}

	@ParameterizedTest
	@EnumSource
	void afterFiftyEndsItIsNoWorseThanAFixedIntervalOfAsManyPolls(Durations durations) {
		List<Double> ratios = new ArrayList<>();
		for (int seed = 0; seed < SEEDS; seed++) {
			Random random = new Random(seed);
			AdaptivePollingSchedule schedule = schedule(8);
			for (int i = 0; i < 50; i++) {
				await(schedule, durations.next(random), 1);
			}
			Cost learned = cost(schedule, durations, 400, random, 1);
			ratios.add(learned.lag / fixed(durations, learned.polls, random));
		}
		Collections.sort(ratios);
		assertThat(ratios.get(SEEDS / 2))
			.isLessThan((durations == Durations.HEAVY_TAIL) ? 1.15 : (durations == Durations.UNIFORM) ? 0.95 : 0.5);
	}

	@Test
	void whenRateSufficesPollsMeetTheTarget() {
		for (double aim : new double[] { 3, 8 }) {
			AdaptivePollingSchedule schedule = schedule(aim);
			Random random = new Random(1);
			cost(schedule, Durations.UNIFORM, 100, random, 1);
			assertThat(cost(schedule, Durations.UNIFORM, 300, random, 1).polls).isBetween(aim * 0.75, aim * 1.25);
		}
	}

	@Test
	void whenRateIsLowFewerPollsAreSpent() {
		AdaptivePollingSchedule schedule = schedule(8);
		Random random = new Random(1);
		// One arrives each second, two polls a second are allowed.
		cost(schedule, Durations.NEARLY_CONSTANT, 600, random, 1, 2);
		assertThat(schedule.isShortOfPolls()).isTrue();
		assertThat(cost(schedule, Durations.NEARLY_CONSTANT, 300, random, 1, 2).polls).isBetween(1.5, 2.6);
		cost(schedule, Durations.NEARLY_CONSTANT, 300, random, 60, 2);
		assertThat(schedule.isShortOfPolls()).isFalse();
	}

	@Test
	void whenKindIsKnownShortageIsNoticedSoon() {
		AdaptivePollingSchedule schedule = schedule(8);
		Random random = new Random(1);
		for (int i = 0; i < 40; i++) {
			Duration taken = Duration.ofMillis(Math.round(1000 * Durations.NEARLY_CONSTANT.next(random)));
			schedule.learn(new ObservedRun("kind", Duration.ZERO, taken, true));
		}
		PollingState fresh = new PollingState("op", "kind", null, Duration.ZERO, 0, 120);
		for (int i = 0; i < 30 * 50; i++) {
			schedule.firstPoll(fresh);
			this.time.advanceTimeBy(Duration.ofMillis(20));
		}
		assertThat(schedule.isShortOfPolls()).isTrue();
		assertThat(Objects.requireNonNull(schedule.learned("kind")).polls()).isLessThan(5);
	}

	@Test
	void whenOperationsOutliveOthersPriceStays() {
		AdaptivePollingSchedule schedule = schedule(8);
		PollingState young = new PollingState("op", "kind", null, Duration.ZERO, 1, PLENTY);
		Random random = new Random(1);
		for (int second = 0; second < 60; second++) {
			for (int i = 0; i < 8; i++) {
				Duration taken = Duration.ofMillis(Math.round(3000 * Math.exp(0.2 * random.nextGaussian())));
				schedule.learn(new ObservedRun("kind", Duration.ZERO, taken, true));
				schedule.learn(new ObservedRun("kind", Duration.ZERO, Duration.ofSeconds(second + 5), false));
			}
			this.time.advanceTimeBy(Duration.ofSeconds(1));
			assertThat(schedule.nextPoll(young)).isLessThan(Duration.ofSeconds(5));
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "NEARLY_CONSTANT", "TWO_SORTS", "UNIFORM" })
	void whenServerBecomesSlowerOrFasterFiftyEndsSuffice(Durations durations) {
		for (double scale : new double[] { 4, 0.25 }) {
			List<Double> ratios = new ArrayList<>();
			for (int seed = 0; seed < SEEDS; seed++) {
				Random random = new Random(seed);
				AdaptivePollingSchedule changed = schedule(8);
				cost(changed, durations, 100, random, 1);
				AdaptivePollingSchedule fresh = schedule(8);
				for (int i = 0; i < 50; i++) {
					double duration = scale * durations.next(random);
					await(changed, duration, 1);
					await(fresh, duration, 1);
				}
				ratios.add(costOfScaled(changed, durations, scale, random)
						/ costOfScaled(fresh, durations, scale, random));
			}
			Collections.sort(ratios);
			assertThat(ratios.get(SEEDS / 2)).as("times %s", scale).isLessThan(1.25);
		}
	}

	private double costOfScaled(AdaptivePollingSchedule schedule, Durations durations, double scale, Random random) {
		double polls = 0;
		double lag = 0;
		for (int i = 0; i < 200; i++) {
			Cost one = ask(schedule, scale * durations.next(random), false, 1, PLENTY);
			polls += one.polls;
			lag += one.lag;
		}
		// Where polls are dense, lag goes with their inverse.
		return polls * lag;
	}

	@Test
	void whenOperationsStillRunTheyCount() {
		AdaptivePollingSchedule schedule = schedule(8);
		for (int i = 0; i < 20; i++) {
			schedule.learn(new ObservedRun("kind", Duration.ZERO, Duration.ofSeconds(10 + i % 3), true));
		}
		plan(schedule, "kind", 0);
		Duration before = Objects.requireNonNull(schedule.learned("kind")).median();
		for (int i = 0; i < 150; i++) {
			schedule.learn(new ObservedRun("kind", Duration.ZERO, Duration.ofSeconds(40), false));
		}
		this.time.advanceTimeBy(Duration.ofSeconds(1));
		plan(schedule, "kind", 0);
		assertThat(before).isBetween(Duration.ofSeconds(9), Duration.ofSeconds(13));
		assertThat(Objects.requireNonNull(schedule.learned("kind")).median()).isGreaterThan(Duration.ofSeconds(35));
	}

	@Test
	void whenManyEndAtOncePlansAreMadeFourTimesASecond() {
		AdaptivePollingSchedule schedule = schedule(8);
		learn(schedule, 50, 20);
		Duration first = plan(schedule, "kind", 0);
		assertThat(first).isGreaterThan(Duration.ofSeconds(15));
		learn(schedule, 50, 2);
		assertThat(plan(schedule, "kind", 0)).isEqualTo(first);
		this.time.advanceTimeBy(Duration.ofMillis(249));
		assertThat(plan(schedule, "kind", 0)).isEqualTo(first);
		this.time.advanceTimeBy(Duration.ofMillis(1));
		assertThat(plan(schedule, "kind", 0)).as("though nothing was learned meanwhile")
			.isLessThan(Duration.ofSeconds(4));
	}

	private static void learn(AdaptivePollingSchedule schedule, int ends, int seconds) {
		for (int i = 0; i < ends; i++) {
			schedule.learn(new ObservedRun("kind", Duration.ZERO, Duration.ofSeconds(seconds), true));
		}
	}

	@Test
	void whenDurationsAreLearnedPointsShowTheirDistribution() {
		AdaptivePollingSchedule schedule = schedule(8);
		Random random = new Random(1);
		for (int i = 0; i < 400; i++) {
			schedule.learn(new ObservedRun("kind", Duration.ZERO, ofSeconds(100 + 100 * random.nextDouble()), true));
		}
		plan(schedule, "kind", 0);
		LearnedDurations learned = Objects.requireNonNull(schedule.learned("kind"));
		assertThat(learned.points()).hasSize(32).isSorted();
		assertThat(learned.median()).isBetween(learned.points().get(15), learned.points().get(16));
		assertThat(learned.upperQuantile()).isBetween(learned.points().get(29), learned.points().get(30));
		assertThat(learned.points().get(0)).isBetween(Duration.ofSeconds(90), Duration.ofSeconds(110));
		assertThat(learned.points().get(31)).isBetween(Duration.ofSeconds(190), Duration.ofSeconds(215));
	}

	@Test
	void whenThereAreManyKindsTheirNumberIsBounded() {
		AdaptivePollingSchedule schedule = schedule(8);
		for (int i = 0; i < 20; i++) {
			schedule.learn(new ObservedRun("quick", Duration.ZERO, Duration.ofSeconds(5), true));
			schedule.learn(new ObservedRun("slow", Duration.ZERO, Duration.ofSeconds(500), true));
		}
		assertThat(plan(schedule, "quick", 0)).isLessThan(Duration.ofSeconds(6));
		assertThat(plan(schedule, "slow", 0)).isBetween(Duration.ofSeconds(29), Duration.ofSeconds(30));
		assertThat(schedule.learned()).containsOnlyKeys("quick", "slow");
		for (int i = 0; i < 1000; i++) {
			schedule.learn(new ObservedRun("kind-" + i, Duration.ZERO, Duration.ofSeconds(5), true));
			plan(schedule, "kind-" + i, 0);
		}
		assertThat(schedule.learned().size()).isLessThanOrEqualTo(AdaptivePollingSchedule.MAXIMUM_KINDS + 1);
	}

	@Test
	void whenNothingEndedIntervalIsAFifthOfTheAge() {
		AdaptivePollingSchedule schedule = schedule(8);
		assertThat(schedule.firstPoll(state("kind", 0, 0, PLENTY))).isZero();
		assertThat(plan(schedule, "kind", 0)).isEqualTo(Duration.ofMillis(500));
		assertThat(plan(schedule, "kind", 50)).isEqualTo(Duration.ofSeconds(10));
		assertThat(plan(schedule, "kind", 1000)).isEqualTo(Duration.ofSeconds(30));
	}

	@Test
	void whenAgeExceedsAllSeenIntervalsGrow() {
		AdaptivePollingSchedule schedule = schedule(8);
		for (int i = 0; i < 50; i++) {
			schedule.learn(new ObservedRun("kind", Duration.ZERO, Duration.ofSeconds(10), true));
		}
		assertThat(plan(schedule, "kind", 40)).isLessThan(Duration.ofSeconds(5));
		assertThat(plan(schedule, "kind", 200)).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(30));
		for (double age = 3000; age < 1_000_000; age *= 1.3) {
			assertThat(plan(schedule, "kind", age)).isEqualTo(Duration.ofSeconds(30));
		}
	}

	@Test
	void whenTenHaveEndedUnusualAgeIsKnown() {
		AdaptivePollingSchedule schedule = schedule(8);
		for (int i = 0; i < 9; i++) {
			schedule.learn(new ObservedRun("kind", Duration.ZERO, Duration.ofSeconds(10 + i), true));
			plan(schedule, "kind", 0);
		}
		assertThat(schedule.unusualAge("kind")).isNull();
		schedule.learn(new ObservedRun("kind", Duration.ZERO, Duration.ofSeconds(15), true));
		plan(schedule, "kind", 0);
		assertThat(schedule.unusualAge("kind")).isBetween(Duration.ofSeconds(45), Duration.ofSeconds(120));
		assertThat(schedule.unusualAge("another")).isNull();
	}

	@Test
	void whenAgeExceedsAllSeenIntervalIsAFifthAtMost() {
		AdaptivePollingSchedule schedule = schedule(8);
		for (int i = 0; i < 50; i++) {
			schedule.learn(new ObservedRun("kind", Duration.ZERO, Duration.ofMillis(500), true));
		}
		for (double age = 1; age < 150; age *= 1.1) {
			double longest = Math.max(0.5, age / 5);
			assertThat(plan(schedule, "kind", age).toMillis()).as("at %s s", age)
				.isLessThanOrEqualTo(Math.round(1000 * longest) + 1);
		}
	}

	@Test
	void whenThousandsEndWhatIsLearnedStays() {
		AdaptivePollingSchedule schedule = schedule(8);
		for (int i = 0; i < 3000; i++) {
			schedule.learn(new ObservedRun("kind", Duration.ZERO, Duration.ofSeconds(10 + i % 3), true));
			if (i >= 1000 && i % 50 == 0) {
				plan(schedule, "kind", 0);
				LearnedDurations learned = Objects.requireNonNull(schedule.learned("kind"));
				assertThat(learned.median()).as("after %s", i).isBetween(Duration.ofSeconds(9), Duration.ofSeconds(13));
				assertThat(learned.upperQuantile()).as("after %s", i).isLessThan(Duration.ofSeconds(15));
			}
		}
	}

	@Test
	void whenKindIsMissingOneSharedKindIsLearned() {
		AdaptivePollingSchedule schedule = schedule(8);
		for (int i = 0; i < 20; i++) {
			schedule.learn(new ObservedRun(null, Duration.ZERO, Duration.ofSeconds(5), true));
		}
		schedule.nextPoll(new PollingState("op", null, null, Duration.ZERO, 1, PLENTY));
		assertThat(Objects.requireNonNull(schedule.learned(null)).ends()).isEqualTo(20);
		assertThat(schedule.unusualAge(null)).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(30));
	}

	private AdaptivePollingSchedule schedule(double pollsPerOperation) {
		return new AdaptivePollingSchedule(new PollingSettings(Duration.ofMillis(500), Duration.ofSeconds(30),
				Duration.ofMinutes(10), 100, Duration.ofMinutes(5), pollsPerOperation), this.time);
	}

	private static Duration plan(AdaptivePollingSchedule schedule, String kind, double age) {
		return schedule.nextPoll(state(kind, age, 1, PLENTY));
	}

	private static PollingState state(String kind, double age, int polls, double allowed) {
		return new PollingState("op", kind, null, Duration.ofMillis(Math.round(age * 1000)), polls, allowed);
	}

	private Cost cost(AdaptivePollingSchedule schedule, Durations durations, int operations, Random random,
			double gap) {
		return cost(schedule, durations, operations, random, gap, PLENTY);
	}

	private Cost cost(AdaptivePollingSchedule schedule, Durations durations, int operations, Random random, double gap,
			double allowed) {
		double polls = 0;
		double lag = 0;
		for (int i = 0; i < operations; i++) {
			Cost one = ask(schedule, durations.next(random), true, gap, allowed);
			polls += one.polls;
			lag += one.lag;
		}
		return new Cost(polls / operations, lag / operations);
	}

	private void await(AdaptivePollingSchedule schedule, double duration, double gap) {
		ask(schedule, duration, true, gap, PLENTY);
	}

	// One operation after the other, so that what was learned of one is there for the
	// next.
	private Cost ask(AdaptivePollingSchedule schedule, double duration, boolean learn, double gap, double allowed) {
		this.time.advanceTimeBy(Duration.ofMillis((long) (gap * 1000)));
		double age = schedule.firstPoll(state("kind", 0, 0, allowed)).toMillis() / 1000.0;
		double known = 0;
		int polls = 1;
		while (age < duration) {
			if (learn) {
				schedule.learn(new ObservedRun("kind", ofSeconds(known), ofSeconds(age), false));
			}
			known = age;
			age += schedule.nextPoll(state("kind", age, polls, allowed)).toMillis() / 1000.0;
			polls++;
		}
		if (learn) {
			schedule.learn(new ObservedRun("kind", ofSeconds(known), ofSeconds(duration), true));
		}
		return new Cost(polls, age - duration);
	}

	private static double fixed(Durations durations, double polls, Random random) {
		double low = 0.1;
		double high = 600;
		double lag = 0;
		for (int round = 0; round < 30; round++) {
			double interval = Math.sqrt(low * high);
			double asked = 0;
			lag = 0;
			for (int i = 0; i < 2000; i++) {
				double duration = durations.next(random);
				double times = Math.ceil(duration / interval);
				asked += times;
				lag += times * interval - duration;
			}
			lag /= 2000;
			if (asked / 2000 > polls) {
				low = interval;
			}
			else {
				high = interval;
			}
		}
		return lag;
	}

	private static Duration ofSeconds(double seconds) {
		return Duration.ofMillis(Math.round(seconds * 1000));
	}

	private record Cost(double polls, double lag) {
	}

}
