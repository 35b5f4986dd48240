package io.operations.benchmarks.fetchpath;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

import io.operations.benchmarks.JavaProcess;

/**
 * Compares what a fetch and a wait with one poll cost without observations, with meters,
 * and with tracing, in CPU and in allocated bytes, without a socket. Each way has a
 * process, and all processes run in random slices.
 */
public final class TracedFetches {

	private static final List<String> WAYS = List.of("nothing", "meters", "unsampled", "sampled");

	private static final List<String> CALLS = List.of("fetch", "await");

	private static final int WARM_UPS = 60;

	private static final int SLICES = 60;

	private TracedFetches() {
	}

	/**
	 * Run the measurement.
	 * @param args the ways, all unless given
	 */
	public static void main(String[] args) {
		List<String> ways = (args.length > 0) ? List.of(args) : WAYS;
		List<JavaProcess> clients = new ArrayList<>();
		try {
			for (String way : ways) {
				clients.add(way.endsWith("sampled") ? JavaProcess.startTracing(TracedFetchesClient.class, way)
						: JavaProcess.start(TracedFetchesClient.class, way));
			}
			clients.forEach(JavaProcess::answer);
			System.out.println("| call | observed | bytes allocated | CPU |");
			System.out.println("|---|---|---|---|");
			for (String call : CALLS) {
				measure(ways, clients, call);
			}
		}
		finally {
			clients.forEach(JavaProcess::close);
		}
	}

	private static void measure(List<String> ways, List<JavaProcess> clients, String call) {
		for (JavaProcess client : clients) {
			for (int i = 0; i < WARM_UPS; i++) {
				client.ask(call);
			}
		}
		List<Integer> order = new ArrayList<>();
		for (int i = 0; i < SLICES * clients.size(); i++) {
			order.add(i % clients.size());
		}
		Collections.shuffle(order, new Random(1));
		List<List<double[]>> costs = clients.stream()
			.map((client) -> (List<double[]>) new ArrayList<double[]>())
			.toList();
		for (int client : order) {
			costs.get(client)
				.add(Arrays.stream(clients.get(client).ask(call).split(" "))
					.mapToDouble(Double::parseDouble)
					.toArray());
		}
		for (int i = 0; i < clients.size(); i++) {
			System.out.printf(Locale.ROOT, "| %s | %s | %.1f KB | %.2f µs |%n", call, ways.get(i),
					median(costs.get(i), 0) / 1000, median(costs.get(i), 1) / 1000);
		}
	}

	private static double median(List<double[]> costs, int figure) {
		double[] sorted = costs.stream().mapToDouble((cost) -> cost[figure]).sorted().toArray();
		return sorted[sorted.length / 2];
	}

}
