package io.operations.benchmarks.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Compares ways to wait for 1,000 operations when faults hit requests at random, each
 * with its own run without faults, and prints a Markdown table.
 */
public final class FaultComparison {

	private static final int OPERATIONS = 1000;

	private static final Duration LONGEST = Duration.ofSeconds(90);

	// More at the same time would keep the processors busy.
	private static final int AT_ONCE = 3;

	private static final List<Contender> CONTENDERS = List.of(Contender.LIBRARY, Contender.HAND_WRITTEN, Contender.BARE,
			Contender.GAX, Contender.AZURE, Contender.TWILIO);

	private final Map<Contender, List<Outcome>> faultless = new EnumMap<>(Contender.class);

	private final Map<Contender, List<Outcome>> faulty = new EnumMap<>(Contender.class);

	private final ExecutorService executor = Executors.newCachedThreadPool();

	private FaultComparison() {
	}

	/**
	 * Run the comparison.
	 * @param args how many rounds, and the clients if not all
	 * @throws InterruptedException if it is interrupted
	 * @throws ExecutionException if a run fails
	 */
	public static void main(String[] args) throws InterruptedException, ExecutionException {
		int rounds = (args.length > 0) ? Integer.parseInt(args[0]) : 3;
		List<Contender> contenders = (args.length > 1)
				? Arrays.stream(args).skip(1).map(FaultComparison::contender).toList() : CONTENDERS;
		FaultComparison comparison = new FaultComparison();
		try {
			comparison.run(contenders, rounds);
		}
		finally {
			comparison.executor.shutdownNow();
		}
	}

	private static Contender contender(String name) {
		return Contender.valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
	}

	private void run(List<Contender> contenders, int rounds) throws InterruptedException, ExecutionException {
		try (StubControl server = StubControl.start()) {
			RunExecution execution = new RunExecution(server, Duration.ofSeconds(1), LONGEST);
			for (int round = 0; round < rounds; round++) {
				for (int from = 0; from < contenders.size(); from += AT_ONCE) {
					List<Contender> group = contenders.subList(from, Math.min(contenders.size(), from + AT_ONCE));
					run(group, Limit.NONE, this.faultless, execution);
					run(group, Limit.FAULTS, this.faulty, execution);
				}
			}
		}
		System.out.println("""
				| client | faults | ended within 90 s | all done after | requests per operation | refused | mean lag \
				| p99 lag | ÷ without faults: time · requests · mean lag |
				|---|---|---|---|---|---|---|---|---|""");
		for (Contender contender : contenders) {
			Outcome without = Outcome.median(this.faultless.getOrDefault(contender, List.of()));
			Outcome with = Outcome.median(this.faulty.getOrDefault(contender, List.of()));
			System.out.println(row(contender, "none", without, "–"));
			System.out.println(row(contender, "5 % 429, 5 % 503", with,
					String.format(Locale.ROOT, "%.2f · %.2f · %.2f", with.seconds() / without.seconds(),
							requests(with.tally()) / requests(without.tally()),
							with.tally().meanLag() / without.tally().meanLag())));
		}
	}

	private void run(List<Contender> group, Limit limit, Map<Contender, List<Outcome>> outcomes, RunExecution execution)
			throws InterruptedException, ExecutionException {
		Cell cell = new Cell(OPERATIONS, limit, Distribution.UNIFORM);
		CountDownLatch ready = new CountDownLatch(group.size());
		List<Callable<Outcome>> runs = new ArrayList<>();
		group.forEach((contender) -> runs.add(() -> execution.run(new Run(cell, contender), ready)));
		List<Future<Outcome>> futures = runs.stream().map(this.executor::submit).toList();
		for (int i = 0; i < futures.size(); i++) {
			outcomes.computeIfAbsent(group.get(i), (key) -> new ArrayList<>()).add(futures.get(i).get());
		}
	}

	private static double requests(Tally tally) {
		return tally.polls() + tally.refused();
	}

	private static String row(Contender contender, String faults, Outcome outcome, String ratios) {
		Tally tally = outcome.tally();
		return String.format(Locale.ROOT, "| %s | %s | %.0f | %.1f s | %.1f | %.2f | %.2f s | %.1f s | %s |", contender,
				faults, OPERATIONS - tally.unseen(), outcome.seconds(), requests(tally), tally.refused(),
				tally.meanLag(), tally.p99Lag(), ratios);
	}

}
