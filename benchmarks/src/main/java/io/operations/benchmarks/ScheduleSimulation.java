package io.operations.benchmarks;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

import io.operations.polling.AdaptivePollingSchedule;
import io.operations.polling.PollingSettings;

/**
 * What the adaptive schedule costs in polls and lag against what is possible, in virtual
 * time: no poller, no socket. Prints a Markdown table of medians over seeds.
 */
public final class ScheduleSimulation {

	private static final int SEEDS = 21;

	static final Duration MIN_INTERVAL = Duration.ofMillis(500);

	static final Duration MAX_INTERVAL = Duration.ofMinutes(10);

	private static final int[] LEARNED = { 3, 10, 50, 200 };

	private static final double[] AIMS = { 3, 8 };

	private ScheduleSimulation() {
	}

	/**
	 * Run the simulation.
	 * @param args the names of the {@link Durations}, none for all
	 */
	public static void main(String[] args) {
		System.out.println("| durations | aim | " + Arrays.stream(LEARNED)
			.mapToObj((ends) -> "polls | ÷ optimum after " + ends + " | ÷ fixed interval ")
			.collect(Collectors.joining("| ")) + "|");
		System.out.println("|---|---|" + "---|---|---|".repeat(LEARNED.length));
		for (Durations durations : Durations.values()) {
			if (args.length == 0 || Arrays.asList(args).contains(durations.name())) {
				print(durations);
			}
		}
	}

	private static void print(Durations durations) {
		Map<Integer, Reference> references = new HashMap<>();
		for (double aim : AIMS) {
			double[] polls = new double[LEARNED.length];
			double[][] ratios = new double[LEARNED.length][SEEDS];
			double[][] besideFixed = new double[LEARNED.length][SEEDS];
			for (int seed = 0; seed < SEEDS; seed++) {
				ScheduleRun run = new ScheduleRun(adaptive(aim), durations, new Random(seed));
				int learned = 0;
				for (int i = 0; i < LEARNED.length; i++) {
					run.learn(LEARNED[i] - learned, 1);
					learned = LEARNED[i];
					double[] cost = run.measure();
					Reference reference = references.computeIfAbsent(durations.moves() ? learned : 0,
							(ends) -> Reference.of(durations, ends));
					polls[i] += cost[0] / SEEDS;
					ratios[i][seed] = cost[1] / reference.optimum.lag(cost[0]);
					besideFixed[i][seed] = cost[1] / reference.fixed.lag(cost[0]);
				}
			}
			StringBuilder row = new StringBuilder(String.format(Locale.ROOT, "| %s | %.0f |", durations, aim));
			for (int i = 0; i < LEARNED.length; i++) {
				Arrays.sort(ratios[i]);
				Arrays.sort(besideFixed[i]);
				row.append(String.format(Locale.ROOT, " %.1f | %.2f (%.2f) | %.2f (%.2f) |", polls[i],
						ratios[i][SEEDS / 2], ratios[i][SEEDS * 9 / 10], besideFixed[i][SEEDS / 2],
						besideFixed[i][SEEDS * 9 / 10]));
			}
			System.out.println(row);
		}
	}

	static AdaptivePollingSchedule adaptive(double aim) {
		return new AdaptivePollingSchedule(
				new PollingSettings(MIN_INTERVAL, MAX_INTERVAL, Duration.ofMinutes(10), 1, Duration.ofMinutes(5), aim),
				ScheduleRun.CLOCK);
	}

	private record Reference(Optimum optimum, FixedInterval fixed) {

		static Reference of(Durations durations, int ends) {
			return new Reference(new Optimum((random) -> durations.next(random, ends), 0.5, MAX_INTERVAL.toSeconds()),
					new FixedInterval((random) -> durations.next(random, ends)));
		}

	}

}
