package io.operations.benchmarks.micro;

import java.util.Collection;
import java.util.Locale;
import java.util.Objects;

import io.operations.benchmarks.JavaProcess;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs the benchmarks of this package and prints a Markdown table.
 */
public final class Micro {

	private Micro() {
	}

	/**
	 * Run the benchmarks.
	 * @param args none
	 * @throws RunnerException if JMH fails
	 */
	public static void main(String[] args) throws RunnerException {
		// JMH starts its processes with it.
		System.setProperty("java.class.path", JavaProcess.classPath());
		Collection<RunResult> results = new Runner(
				new OptionsBuilder().include(Micro.class.getPackageName()).addProfiler("gc").build())
			.run();
		System.out.println("| step | time | allocated |");
		System.out.println("|---|---|---|");
		for (RunResult result : results) {
			String waiting = result.getParams().getParam("waiting");
			System.out.printf(Locale.ROOT, "| %s%s | %.2f ± %.2f µs | %.0f bytes |%n",
					result.getPrimaryResult().getLabel(), (waiting != null) ? ", " + waiting + " more waiting" : "",
					result.getPrimaryResult().getScore(), result.getPrimaryResult().getScoreError(), allocated(result));
		}
	}

	private static double allocated(RunResult result) {
		return Objects.requireNonNull(result.getSecondaryResults().get("gc.alloc.rate.norm")).getScore();
	}

}
