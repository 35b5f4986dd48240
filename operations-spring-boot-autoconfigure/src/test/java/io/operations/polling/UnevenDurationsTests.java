package io.operations.polling;

import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the schedule learns of durations that one kernel width does not fit, and of
 * durations that drift.
 */
@Tag("slow")
class UnevenDurationsTests {

	private static final int SEEDS = Boolean.getBoolean("operations.soak") ? 9 : 5;

	private static final int MEASURED = 2000;

	// So many ends settle the price.
	private static final int PLANNED = 20;

	private static final Sample WIDE = (random, before) -> 60 * Math.exp(random.nextGaussian());

	private static final Sample TAIL = (random, before) -> 30 * Math.pow(-Math.log(1 - random.nextDouble()), 1 / 0.6);

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private double pollsPerSecond = 1e9;

	@Test
	void whenOneInTwentyFailsFastOthersArePolledAsAlone() {
		assertThat(product(8, 50, (random, before) -> (random.nextDouble() < 0.05)
				? 2 * Math.exp(0.3 * random.nextGaussian()) : 60 * Math.exp(0.05 * random.nextGaussian())))
			.isLessThan(4.8);
	}

	@Test
	void whenEdgeIsSharpAndTailHeavyBothAreLearned() {
		assertThat(product(8, 200, (random, before) -> 20 + 10 * Math.pow(1 - 0.999 * random.nextDouble(), -1 / 1.5)))
			.isLessThan(9.8);
	}

	@Test
	void whenDurationsDriftPollsMeetTheTarget() {
		Sample drift = (random, before) -> 60 * Math.exp(0.005 * before + 0.2 * random.nextGaussian());
		double[] polls = new double[SEEDS];
		for (int seed = 0; seed < SEEDS; seed++) {
			Random random = new Random(seed);
			AdaptivePollingSchedule schedule = schedule(8);
			for (int before = 0; before < 200; before++) {
				double made = cost(schedule, drift.next(random, before), true)[0];
				polls[seed] += (before >= 50) ? made / 150 : 0;
			}
		}
		assertThat(median(polls)).isLessThan(8 * 1.1);
	}

	@Test
	void whenSeenJustBeforeItsEndOperationCountsAsShort() {
		AdaptivePollingSchedule schedule = schedule(8);
		Duration end = Duration.ofSeconds(60);
		for (int i = 0; i < 60; i++) {
			schedule.learn(new ObservedRun("kind", Duration.ZERO, end, false));
			schedule.learn(new ObservedRun("kind", end, end, true));
		}
		schedule.firstPoll(new PollingState("op", "kind", null, Duration.ZERO, 0, Double.MAX_VALUE));
		assertThat(schedule.unusualAge("kind")).isLessThan(Duration.ofSeconds(3 * 70));
	}

	@Test
	void whenOneOldDurationDiffersEstimateStays() {
		AdaptivePollingSchedule schedule = schedule(8);
		schedule.learn(new ObservedRun("kind", Duration.ZERO, Duration.ofSeconds(30), true));
		for (int i = 0; i < 30_000; i++) {
			schedule.learn(new ObservedRun("kind", Duration.ZERO, Duration.ofSeconds(60), true));
		}
		this.time.advanceTimeBy(Duration.ofSeconds(1));
		schedule.firstPoll(new PollingState("op", "kind", null, Duration.ZERO, 0, Double.MAX_VALUE));
		assertThat(schedule.unusualAge("kind")).isLessThan(Duration.ofSeconds(3 * 70));
	}

	@Test
	void whenThereAreTwoSortsNoPollComesBetweenThem() {
		AdaptivePollingSchedule schedule = schedule(3);
		Random random = new Random(1);
		for (int i = 0; i < 60; i++) {
			this.time.advanceTimeBy(Duration.ofSeconds(1));
			double sort = (i % 2 == 0) ? 10 : 200;
			schedule.learn(new ObservedRun("kind", Duration.ZERO,
					duration(sort * Math.exp(0.05 * random.nextGaussian())), true));
			schedule.firstPoll(state(0, 0));
		}
		for (double age = 8; age < 20; age += 0.01) {
			double next = age + seconds(schedule.nextPoll(state(age, 2)));
			assertThat(next < 40 || next > 150).as("from %s to %s", age, next).isTrue();
		}
	}

	@Test
	void whenServerTimesOutItsTimeIsLearnedToo() {
		assertThat(
				product(8, 200, (random, before) -> (random.nextDouble() < 0.1) ? 120 : 10 + 20 * random.nextDouble()))
			.isLessThan(5.75);
	}

	@Test
	void whenDurationsHaveStepsTheyAreLearned() {
		assertThat(product(8, 100,
				(random, before) -> 10 * Math.ceil(Math.log(1 - random.nextDouble()) / Math.log(2.0 / 3))))
			.isLessThan(3);
	}

	@Test
	void whenThousandsHaveEndedLagStaysLow() {
		double few = 0;
		double many = 0;
		for (int seed = 0; seed < SEEDS; seed++) {
			Random random = new Random(seed);
			AdaptivePollingSchedule schedule = schedule(8);
			few += Math.log(productAfter(200, schedule, random)) / SEEDS;
			productAfter(1300, schedule, random);
			for (int i = 0; i < 3; i++) {
				many += Math.log(productAfter(200, schedule, random)) / 3 / SEEDS;
			}
		}
		assertThat(Math.exp(many - few)).isLessThan(1.03);
	}

	@Test
	void whenThousandsHaveEndedForecastStaysGood() {
		double few = 0;
		double many = 0;
		for (int seed = 0; seed < SEEDS; seed++) {
			Random random = new Random(seed);
			DurationHistogram histogram = new DurationHistogram();
			for (int i = 1; i <= 3000; i++) {
				histogram.ended(TAIL.next(random, 0), 40);
				if (i % 50 == 0 && i > 100 && i <= 200) {
					few += foretold(histogram, random) / 2 / SEEDS;
				}
				else if (i % 250 == 0) {
					many += foretold(histogram, random) / 12 / SEEDS;
				}
			}
		}
		assertThat(many - few).isGreaterThan(-0.01);
	}

	private static double foretold(DurationHistogram histogram, Random random) {
		DurationDistribution durations = DurationDistribution.estimate(histogram);
		double likelihood = 0;
		for (int i = 0; i < MEASURED; i++) {
			likelihood += Math.log(durations.share(DurationHistogram.bin(TAIL.next(random, 0)))) / MEASURED;
		}
		return likelihood;
	}

	@Test
	void whenHeavyTailStaysStuckAgeHardlyMoves() {
		double sum = 0;
		double squares = 0;
		int ages = 0;
		for (int seed = 0; seed < SEEDS; seed++) {
			Random random = new Random(seed);
			AdaptivePollingSchedule schedule = schedule(8);
			for (int i = 1; i <= 800; i++) {
				schedule.learn(new ObservedRun("kind", Duration.ZERO, duration(TAIL.next(random, 0)), true));
				if (i % 5 == 0) {
					this.time.advanceTimeBy(Duration.ofSeconds(1));
					schedule.firstPoll(state(0, 0));
				}
				if (i % 100 == 0 && i >= 200) {
					double age = Math.log(seconds(Objects.requireNonNull(schedule.unusualAge("kind"))));
					sum += age;
					squares += age * age;
					ages++;
				}
			}
		}
		double mean = sum / ages;
		assertThat(Math.sqrt(squares / ages - mean * mean)).isLessThan(0.14);
	}

	@Test
	void whenTwoSortsStayThePriceStays() {
		Sample sorts = (random, before) -> ((random.nextDouble() < 0.8) ? 10 : 200)
				* Math.exp(0.2 * random.nextGaussian());
		assertThat(spreadOfPlannedPolls(100, sorts)).isLessThan(0.17);
	}

	@Test
	void whenHeavyTailStaysThePriceStays() {
		assertThat(spreadOfPlannedPolls(100, TAIL)).isLessThan(0.16);
	}

	@Test
	void whenLimitsAllowFewPollsChanceDoesNotMoveThePrice() {
		Sample sorts = (random, before) -> ((random.nextDouble() < 0.8) ? 10 : 200)
				* Math.exp(0.2 * random.nextGaussian());
		// One operation begins each second. The schedule knows that after some minutes.
		this.pollsPerSecond = 4;
		assertThat(spreadOfPlannedPolls(600, sorts)).isLessThan(0.08);
	}

	// At a fixed price, new ends would hardly move the planned polls. Polls that vary by
	// a part s cost 1 + s² times the lag of as many polls at a fixed price.
	private double spreadOfPlannedPolls(int before, Sample durations) {
		double[] spreads = new double[SEEDS];
		for (int seed = 0; seed < SEEDS; seed++) {
			Random random = new Random(seed);
			AdaptivePollingSchedule schedule = schedule(8);
			learn(schedule, before, durations, random);
			double sum = 0;
			double squares = 0;
			for (int i = 0; i < 300; i++) {
				cost(schedule, durations.next(random, 0), true);
				double planned = Objects.requireNonNull(schedule.learned("kind")).polls();
				sum += planned / 300;
				squares += planned * planned / 300;
			}
			spreads[seed] = Math.sqrt(squares - sum * sum) / sum;
		}
		return median(spreads);
	}

	// Most of the ends come at once, so that the test makes few plans.
	private double productAfter(int ends, AdaptivePollingSchedule schedule, Random random) {
		for (int i = PLANNED; i < ends; i++) {
			schedule.learn(new ObservedRun("kind", Duration.ZERO, duration(WIDE.next(random, 0)), true));
		}
		learn(schedule, PLANNED, WIDE, random);
		return product(schedule, WIDE, random);
	}

	// Where polls are dense, lag goes with their inverse. So their product tells how well
	// they are placed.
	private double product(double aim, int ends, Sample durations) {
		double[] products = new double[SEEDS];
		for (int seed = 0; seed < SEEDS; seed++) {
			Random random = new Random(seed);
			AdaptivePollingSchedule schedule = schedule(aim);
			learn(schedule, ends, durations, random);
			products[seed] = product(schedule, (source, before) -> durations.next(source, ends), random);
		}
		return median(products);
	}

	private void learn(AdaptivePollingSchedule schedule, int ends, Sample durations, Random random) {
		for (int before = 0; before < ends; before++) {
			cost(schedule, durations.next(random, before), true);
		}
	}

	private double product(AdaptivePollingSchedule schedule, Sample durations, Random random) {
		double polls = 0;
		double lag = 0;
		for (int i = 0; i < MEASURED; i++) {
			double[] cost = cost(schedule, durations.next(random, 0), false);
			polls += cost[0] / MEASURED;
			lag += cost[1] / MEASURED;
		}
		return polls * lag;
	}

	private AdaptivePollingSchedule schedule(double aim) {
		return new AdaptivePollingSchedule(new PollingSettings(Duration.ofMillis(500), Duration.ofMinutes(10),
				Duration.ofMinutes(10), 100, Duration.ofMinutes(5), aim), this.time);
	}

	private double[] cost(AdaptivePollingSchedule schedule, double duration, boolean learn) {
		if (learn) {
			this.time.advanceTimeBy(Duration.ofSeconds(1));
		}
		double known = 0;
		double age = seconds(schedule.firstPoll(state(0, 0)));
		int polls = 1;
		for (; age < duration; polls++) {
			if (learn) {
				schedule.learn(new ObservedRun("kind", duration(known), duration(age), false));
			}
			known = age;
			age += seconds(schedule.nextPoll(state(age, polls)));
		}
		if (learn) {
			schedule.learn(new ObservedRun("kind", duration(known), duration(duration), true));
		}
		return new double[] { polls, age - duration };
	}

	private PollingState state(double age, int polls) {
		return new PollingState("op", "kind", null, duration(age), polls, this.pollsPerSecond);
	}

	private static double seconds(Duration duration) {
		return duration.toMillis() / 1000.0;
	}

	private static Duration duration(double seconds) {
		return Duration.ofMillis(Math.round(seconds * 1000));
	}

	private static double median(double[] values) {
		Arrays.sort(values);
		return values[values.length / 2];
	}

	private interface Sample {

		double next(Random random, int before);

	}

}
