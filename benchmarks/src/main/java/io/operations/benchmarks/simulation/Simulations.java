package io.operations.benchmarks.simulation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs scenarios in virtual time, prints a Markdown table of each and draws a picture.
 */
public final class Simulations {

	private static final String PICTURES = "pictures=";

	private Simulations() {
	}

	/**
	 * Run the simulations.
	 * @param args the names of the scenarios, all unless given; {@code pictures=} and the
	 * folder that the pictures go to, {@code benchmarks/pictures} unless given
	 */
	public static void main(String[] args) {
		System.setProperty("java.awt.headless", "true");
		Map<String, Scenario> scenarios = scenarios();
		Path pictures = Path.of("benchmarks", "pictures");
		List<String> names = new ArrayList<>();
		for (String arg : args) {
			if (arg.startsWith(PICTURES)) {
				pictures = Path.of(arg.substring(PICTURES.length()));
			}
			else if (scenarios.containsKey(arg)) {
				names.add(arg);
			}
			else {
				throw new IllegalArgumentException("No scenario '" + arg + "', only " + scenarios.keySet());
			}
		}
		for (Map.Entry<String, Scenario> scenario : scenarios.entrySet()) {
			if (names.isEmpty() || names.contains(scenario.getKey())) {
				long began = System.nanoTime();
				scenario.getValue().run(pictures);
				System.out.printf("%n%s: %d s%n", scenario.getKey(), (System.nanoTime() - began) / 1_000_000_000);
			}
		}
	}

	private static Map<String, Scenario> scenarios() {
		Map<String, Scenario> scenarios = new LinkedHashMap<>();
		scenarios.put("arrivals", new ArrivalsScenario());
		scenarios.put("overload", new OverloadScenario());
		scenarios.put("many", new ManyScenario());
		scenarios.put("outage", new OutageScenario());
		scenarios.put("instances", new InstancesScenario());
		scenarios.put("throttling", new ThrottlingScenario());
		scenarios.put("held-up", new HeldUpScenario());
		return scenarios;
	}

}
