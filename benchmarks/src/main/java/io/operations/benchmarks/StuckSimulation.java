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
import reactor.core.scheduler.Schedulers;

/**
 * From which age on an operation counts as stuck, and how many do that would have ended.
 * Prints a Markdown table of medians over seeds.
 */
public final class StuckSimulation {

	private static final int SEEDS = 21;

	private static final int DRAWN = 100_000;

	private static final int[] LEARNED = { 20, 50, 200 };

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
			for (int learned : LEARNED) {
				double[] ages = new double[SEEDS];
				double[] wrong = new double[SEEDS];
				for (int seed = 0; seed < SEEDS; seed++) {
					double age = unusualAge(draw(durations, learned, new Random(seed)));
					ages[seed] = age;
					wrong[seed] = 100.0 * Arrays.stream(drawn).filter((duration) -> duration >= age).count() / DRAWN;
				}
				Arrays.sort(ages);
				Arrays.sort(wrong);
				System.out.printf(Locale.ROOT, "| %s | %d | %.1f s | %.1f s | %.2f %% | %.2f %% |%n", durations,
						learned, drawn[DRAWN * 95 / 100], ages[SEEDS / 2], wrong[SEEDS / 2], wrong[SEEDS * 9 / 10]);
			}
		}
	}

	private static double[] draw(Durations durations, int number, Random random) {
		double[] drawn = new double[number];
		Arrays.setAll(drawn, (index) -> durations.next(random));
		return drawn;
	}

	private static double unusualAge(double[] ends) {
		AdaptivePollingSchedule schedule = new AdaptivePollingSchedule(PollingSettings.defaults(),
				Schedulers.parallel());
		for (double end : ends) {
			Duration duration = Duration.ofMillis(Math.round(1000 * end));
			schedule.learn(new ObservedRun("kind", Duration.ZERO, duration, true));
		}
		schedule.firstPoll(new PollingState("op", "kind", null, Duration.ZERO, 0, 20));
		return Objects.requireNonNull(schedule.unusualAge("kind")).toMillis() / 1000.0;
	}

}
