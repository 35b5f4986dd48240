package io.operations.benchmarks.load;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
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

	private final Map<Run, List<Outcome>> outcomes = new ConcurrentHashMap<>();

	private LoadComparison() {
	}

	/**
	 * Run the comparison.
	 * @param args what to run, see the README; everything that is usual unless given
	 * @throws InterruptedException if it is interrupted
	 * @throws ExecutionException if a run fails
	 */
	public static void main(String[] args) throws InterruptedException, ExecutionException {
		LoadPlan plan = new LoadPlan(args);
		LoadComparison comparison = new LoadComparison();
		ExecutorService executor = Executors.newCachedThreadPool();
		try (StubControl server = StubControl.start()) {
			for (List<Run> group : plan.groups()) {
				comparison.run(group, new RunExecution(server, plan.interval()), executor);
			}
		}
		finally {
			executor.shutdownNow();
		}
		comparison.print();
	}

	private void run(List<Run> group, RunExecution execution, ExecutorService executor)
			throws InterruptedException, ExecutionException {
		CountDownLatch ready = new CountDownLatch(group.size());
		List<Future<Outcome>> futures = group.stream()
			.map((run) -> executor.submit(() -> execution.run(run, ready)))
			.toList();
		for (int i = 0; i < futures.size(); i++) {
			this.outcomes.computeIfAbsent(group.get(i), (run) -> new CopyOnWriteArrayList<>())
				.add(futures.get(i).get());
		}
	}

	private void print() {
		OutcomeTable table = new OutcomeTable();
		this.outcomes.keySet()
			.stream()
			.sorted(Comparator.<Run>comparingInt((run) -> run.cell().operations())
				.thenComparing((run) -> run.cell().limit())
				.thenComparing((run) -> run.cell().distribution())
				.thenComparing(Run::contender))
			.forEach((run) -> table.row(run, Outcome.median(Objects.requireNonNull(this.outcomes.get(run)))));
		System.out.print(table);
	}

}
