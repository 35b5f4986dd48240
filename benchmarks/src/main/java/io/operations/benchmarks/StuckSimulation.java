package io.operations.benchmarks;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;

import io.operations.polling.AdaptivePollingSchedule;
import io.operations.polling.ObservedRun;
import io.operations.polling.PollingSettings;
import io.operations.polling.PollingState;
import reactor.test.scheduler.VirtualTimeScheduler;

/**
 * From which age on an operation counts as stuck, and how many do that would have ended.
 * Prints a Markdown table of medians over seeds.
 */
public final class StuckSimulation {

	private static final int SEEDS = 101;

	private static final int DRAWN = 100_000;

	private static final int[] LEARNED = { 20, 50, 200 };

	// The schedule estimates as it learns: after so many ends, at most four times a
	// second.
	private static final int ENDS_BETWEEN_ESTIMATES = 5;

	private static final Duration BETWEEN_ESTIMATES = Duration.ofMillis(250);

	private StuckSimulation() {
	}

	/**
	 * Run the simulation.
	 * @param args none
	 */
	public static void main(String[] args) {
		System.out
			.println("| durations | ends seen | 19 of 20 end within | stuck from | would have ended | p90 of seeds |");
		System.out.println("|---|---|---|---|---|---|");
		for (Durations durations : Durations.values()) {
			double[] drawn = draw(durations, DRAWN, new Random(-1));
			Arrays.sort(drawn);
			double[][] ages = new double[LEARNED.length][SEEDS];
			double[][] wrong = new double[LEARNED.length][SEEDS];
			for (int seed = 0; seed < SEEDS; seed++) {
				double[] learned = unusualAges(draw(durations, LEARNED[LEARNED.length - 1], new Random(seed)));
				for (int i = 0; i < LEARNED.length; i++) {
					double age = learned[i];
					ages[i][seed] = age;
					wrong[i][seed] = 100.0 * Arrays.stream(drawn).filter((duration) -> duration >= age).count() / DRAWN;
				}
			}
			for (int i = 0; i < LEARNED.length; i++) {
				Arrays.sort(ages[i]);
				Arrays.sort(wrong[i]);
				System.out.printf(Locale.ROOT, "| %s | %d | %.1f s | %.1f s | %.2f %% | %.2f %% |%n", durations,
						LEARNED[i], drawn[DRAWN * 95 / 100], ages[i][SEEDS / 2], wrong[i][SEEDS / 2],
						wrong[i][SEEDS * 9 / 10]);
			}
		}
	}

	private static double[] draw(Durations durations, int number, Random random) {
		double[] drawn = new double[number];
		Arrays.setAll(drawn, (index) -> durations.next(random));
		return drawn;
	}

	private static double[] unusualAges(double[] ends) {
		VirtualTimeScheduler time = VirtualTimeScheduler.create();
		AdaptivePollingSchedule schedule = new AdaptivePollingSchedule(PollingSettings.defaults(), time);
		double[] ages = new double[LEARNED.length];
		int next = 0;
		for (int i = 1; i <= ends.length; i++) {
			Duration duration = Duration.ofMillis(Math.round(1000 * ends[i - 1]));
			schedule.learn(new ObservedRun("kind", Duration.ZERO, duration, true));
			if (i % ENDS_BETWEEN_ESTIMATES == 0) {
				time.advanceTimeBy(BETWEEN_ESTIMATES);
				schedule.firstPoll(new PollingState("op", "kind", null, Duration.ZERO, 0, 20));
			}
			if (i == LEARNED[next]) {
				ages[next++] = Objects.requireNonNull(schedule.unusualAge("kind")).toMillis() / 1000.0;
			}
		}
		return ages;
	}

}
