package io.operations.benchmarks.fetchpath;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.StringTokenizer;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

import io.operations.benchmarks.JavaProcess;

/**
 * Compares what a fetch costs in CPU and in allocated bytes, as ratios to what a user
 * would write by hand. A JVM for each way, alive all the while and running in random
 * slices: one after the other they would differ by more than what is looked for.
 */
public final class FetchPath {

	private static final List<Variant> VARIANTS = List.of(Variant.values());

	private static final int CONCURRENCY = 64;

	// By then all that matters is compiled.
	private static final int WARM_UP_FETCHES = 150_000;

	private static final int SLICES = 100;

	private static final String WARM_UP_MILLISECONDS = "2000";

	private static final String SLICE_MILLISECONDS = "350";

	private FetchPath() {
	}

	/**
	 * Run the measurement.
	 * @param args the number of fresh sets of JVMs, 3 unless given
	 */
	public static void main(String[] args) {
		List<List<Cost>> sets = new ArrayList<>();
		for (int set = 0; set < ((args.length > 0) ? Integer.parseInt(args[0]) : 3); set++) {
			sets.add(measure(new Random(set)));
		}
		System.out.println("| fetched through | bytes allocated | ÷ B | CPU | ÷ B | ÷ B in each set |");
		System.out.println("|---|---|---|---|---|---|");
		int baseline = VARIANTS.indexOf(Variant.BOOT);
		for (Variant variant : VARIANTS) {
			int index = VARIANTS.indexOf(variant);
			List<Cost> costs = sets.stream().map((set) -> set.get(index)).toList();
			List<Cost> ratios = sets.stream().map((set) -> set.get(index).dividedBy(set.get(baseline))).toList();
			System.out.printf(Locale.ROOT, "| %s | %.1f KB | %.2f | %.0f µs | %.2f | %s |%n", variant.description(),
					median(costs, Cost::bytes) / 1000, median(ratios, Cost::bytes), median(costs, Cost::nanos) / 1000,
					median(ratios, Cost::nanos), ratios.stream().map(Cost::toString).collect(Collectors.joining(", ")));
		}
	}

	private static List<Cost> measure(Random random) {
		List<JavaProcess> clients = new ArrayList<>();
		try (JavaProcess server = JavaProcess.start(FetchPathServer.class)) {
			String port = server.answer();
			for (Variant variant : VARIANTS) {
				clients
					.add(JavaProcess.start(FetchPathClient.class, variant.name(), port, String.valueOf(CONCURRENCY)));
			}
			clients.forEach(JavaProcess::answer);
			clients.forEach(FetchPath::warmUp);
			return run(clients, random);
		}
		finally {
			clients.forEach(JavaProcess::close);
		}
	}

	private static void warmUp(JavaProcess client) {
		double fetches = 0;
		while (fetches < WARM_UP_FETCHES) {
			fetches += Cost.fetches(client.ask(WARM_UP_MILLISECONDS));
		}
	}

	private static List<Cost> run(List<JavaProcess> clients, Random random) {
		List<List<Cost>> costs = clients.stream().map((client) -> (List<Cost>) new ArrayList<Cost>()).toList();
		List<Integer> order = new ArrayList<>();
		for (int i = 0; i < SLICES * clients.size(); i++) {
			order.add(i % clients.size());
		}
		Collections.shuffle(order, random);
		for (int client : order) {
			costs.get(client).add(Cost.of(clients.get(client).ask(SLICE_MILLISECONDS)));
		}
		return costs.stream().map((each) -> new Cost(median(each, Cost::nanos), median(each, Cost::bytes))).toList();
	}

	private static double median(List<Cost> costs, ToDoubleFunction<Cost> figure) {
		double[] sorted = costs.stream().mapToDouble(figure).sorted().toArray();
		return sorted[sorted.length / 2];
	}

	/**
	 * What one fetch costs.
	 *
	 * @param nanos nanoseconds of CPU
	 * @param bytes allocated bytes
	 */
	private record Cost(double nanos, double bytes) {

		static Cost of(String line) {
			StringTokenizer figures = new StringTokenizer(line);
			double fetches = Double.parseDouble(figures.nextToken());
			double nanos = Double.parseDouble(figures.nextToken());
			return new Cost(nanos / fetches, Double.parseDouble(figures.nextToken()) / fetches);
		}

		static double fetches(String line) {
			return Double.parseDouble(new StringTokenizer(line).nextToken());
		}

		Cost dividedBy(Cost other) {
			return new Cost(this.nanos / other.nanos, this.bytes / other.bytes);
		}

		@Override
		public String toString() {
			return String.format(Locale.ROOT, "%.2f and %.2f", this.bytes, this.nanos);
		}

	}

}
