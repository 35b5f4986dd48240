package io.operations.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

import io.operations.polling.AdaptivePollingSchedule;
import io.operations.polling.BackoffPollingSchedule;
import io.operations.polling.PollingSettings;

/**
 * What the schedules cost in polls and lag against what is possible, in virtual time: no
 * poller, no socket. Prints a Markdown table of medians over seeds.
 */
public final class ScheduleSimulation {

	private static final int SEEDS = 21;

	static final Duration MIN_INTERVAL = Duration.ofMillis(500);

	static final Duration MAX_INTERVAL = Duration.ofMinutes(10);

	private static final int[] LEARNED = { 10, 50, 200 };

	private static final double[] AIMS = { 3, 8 };

	private ScheduleSimulation() {
	}

	/**
	 * Run the simulation.
	 * @param args none
	 */
	public static void main(String[] args) {
		System.out.println(
				"| durations | schedule | polls | mean lag | optimum | ratio | p90 of seeds | ÷ a fixed interval's |");
		System.out.println("|---|---|---|---|---|---|---|---|");
		for (Durations durations : Durations.values()) {
			Reference reference = new Reference(new Optimum(durations::next, 0.5, MAX_INTERVAL.toSeconds()),
					new FixedInterval(durations));
			print(durations, "a fifth of the age", reference,
					(seed) -> new ScheduleRun(new BackoffPollingSchedule(MIN_INTERVAL, MAX_INTERVAL), durations,
							new Random(seed))
						.measure());
			for (double aim : AIMS) {
				for (int learned : LEARNED) {
					print(durations, "adaptive, " + learned + " ends, aim " + (int) aim, reference, (seed) -> {
						ScheduleRun run = new ScheduleRun(adaptive(aim), durations, new Random(seed));
						run.learn(learned, 1);
						return run.measure();
					});
				}
				for (double scale : new double[] { 4, 0.25 }) {
					print(durations, "adaptive, 50 ends since it became 4 times as " + ((scale > 1) ? "fast" : "slow")
							+ ", aim " + (int) aim, reference, (seed) -> {
								ScheduleRun run = new ScheduleRun(adaptive(aim), durations, new Random(seed));
								run.learn(100, scale);
								run.learn(50, 1);
								return run.measure();
							});
				}
			}
		}
	}

	static AdaptivePollingSchedule adaptive(double aim) {
		return new AdaptivePollingSchedule(
				new PollingSettings(MIN_INTERVAL, MAX_INTERVAL, Duration.ofMinutes(10), 1, Duration.ofMinutes(5), aim),
				ScheduleRun.CLOCK);
	}

	private static void print(Durations durations, String schedule, Reference reference, Trial trial) {
		List<Double> ratios = new ArrayList<>();
		List<Double> besideFixed = new ArrayList<>();
		double polls = 0;
		double lag = 0;
		for (int seed = 0; seed < SEEDS; seed++) {
			double[] cost = trial.run(seed);
			polls += cost[0] / SEEDS;
			lag += cost[1] / SEEDS;
			ratios.add(cost[1] / reference.optimum.lag(cost[0]));
			besideFixed.add(cost[1] / reference.fixed.lag(cost[0]));
		}
		Collections.sort(ratios);
		Collections.sort(besideFixed);
		System.out.printf(Locale.ROOT, "| %s | %s | %.1f | %.2f s | %.2f s | %.2f | %.2f | %.2f |%n", durations,
				schedule, polls, lag, reference.optimum.lag(polls), ratios.get(SEEDS / 2), ratios.get(SEEDS * 9 / 10),
				besideFixed.get(SEEDS / 2));
	}

	private record Reference(Optimum optimum, FixedInterval fixed) {
	}

	private interface Trial {

		double[] run(int seed);

	}

}
