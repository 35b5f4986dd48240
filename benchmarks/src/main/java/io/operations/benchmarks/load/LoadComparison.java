package io.operations.benchmarks.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Compares ways to wait for 1,000 and 10,000 operations that begin one after the other,
 * and prints a Markdown table.
 */
public final class LoadComparison {

	private static final Duration LONGEST = Duration.ofMinutes(20);

	private final Map<Run, List<Outcome>> outcomes = new HashMap<>();

	private final OutcomeTable table = new OutcomeTable();

	private final ExecutorService executor = Executors.newCachedThreadPool();

	private final LoadPlan plan;

	private LoadComparison(LoadPlan plan) {
		this.plan = plan;
	}

	/**
	 * Run the comparison.
	 * @param args what to run, see the README; everything that is usual unless given
	 * @throws InterruptedException if it is interrupted
	 * @throws ExecutionException if a run fails
	 */
	public static void main(String[] args) throws InterruptedException, ExecutionException {
		LoadComparison comparison = new LoadComparison(new LoadPlan(args));
		try {
			comparison.run();
		}
		finally {
			comparison.executor.shutdownNow();
		}
	}

	private void run() throws InterruptedException, ExecutionException {
		System.out.println(this.table.header());
		try (StubControl server = StubControl.start()) {
			for (List<Run> group : this.plan.groups()) {
				run(group, new RunExecution(server, this.plan.interval(), LONGEST));
			}
		}
	}

	private void run(List<Run> group, RunExecution execution) throws InterruptedException, ExecutionException {
		CountDownLatch ready = new CountDownLatch(group.size());
		List<Future<Outcome>> futures = group.stream()
			.map((run) -> this.executor.submit(() -> execution.run(run, ready)))
			.toList();
		for (int i = 0; i < futures.size(); i++) {
			Run run = group.get(i);
			List<Outcome> rounds = this.outcomes.computeIfAbsent(run, (key) -> new ArrayList<>());
			rounds.add(futures.get(i).get());
			// As soon as it is known: all of it takes long, and may be cut short.
			if (rounds.size() == this.plan.rounds()) {
				System.out.println(this.table.row(run, Outcome.median(rounds)));
			}
		}
	}

}
