package io.operations.benchmarks.tracking;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import io.operations.benchmarks.JavaProcess;
import io.operations.benchmarks.Optimum;

/**
 * 100,000 tracked operations in one PostgreSQL, and instances of an application that ask
 * for them: how many polls a second there can be and what one costs the database, then
 * how late ends are told at a rate that an account might allow.
 */
public final class TrackingScale {

	private static final int OPERATIONS = 100_000;

	private static final int INSTANCES = 4;

	private static final Duration SLICE = Duration.ofSeconds(20);

	private static final double MEDIAN = 60;

	private static final int ARRIVING_PER_SECOND = 250;

	private static final int REQUESTS_PER_SECOND = 150;

	private static final Duration LONGEST = Duration.ofMinutes(15);

	private final List<Database.Statement> statements = new ArrayList<>();

	private final Database database;

	private List<Database.Usage> usage = List.of();

	private long polls;

	private TrackingScale(Database database) {
		this.database = database;
	}

	/**
	 * Run the measurement.
	 * @param args none
	 * @throws IOException if the database cannot be started
	 * @throws InterruptedException if it is interrupted
	 */
	public static void main(String[] args) throws IOException, InterruptedException {
		try (Database database = Database.start()) {
			TrackingScale scale = new TrackingScale(database);
			scale.withoutLimit();
			scale.printStatements();
			scale.atARate();
		}
	}

	private void withoutLimit() throws InterruptedException {
		System.out.println("| instances | polls/s | statements per poll | transactions per poll "
				+ "| database time per poll | time in calls to the store per poll | processors: instances, database |");
		System.out.println("|---|---|---|---|---|---|---|");
		for (int number : new int[] { 1, 2, INSTANCES }) {
			this.database.fill(OPERATIONS);
			List<JavaProcess> instances = start(number, 0, "--operations.rate-limit.requests-per-second=100000",
					"--operations.polling.schedule=fixed", "--operations.polling.min-interval=1ms");
			// Until all is compiled, which they have the same two processors for.
			Thread.sleep(number * SLICE.toMillis());
			this.database.resetStatements();
			Figures before = figures(instances);
			Thread.sleep(SLICE.toMillis());
			Figures slice = figures(instances).minus(before);
			this.statements.clear();
			this.statements.addAll(this.database.statements());
			this.usage = this.database.usage();
			instances.forEach(JavaProcess::close);
			print(number, slice);
		}
	}

	private void print(int number, Figures slice) {
		double polls = slice.polls;
		this.polls = slice.polls;
		System.out.printf(Locale.ROOT, "| %d | %.0f | %.2f | %.2f | %.2f ms | %.2f ms | %.2f, %.2f |%n", number,
				polls / SLICE.toSeconds(), calls() / polls, slice.commits / polls,
				this.statements.stream().mapToDouble(Database.Statement::millis).sum() / polls,
				slice.storeNanos / polls / 1e6, slice.cpuNanos / (double) SLICE.toNanos(),
				slice.databaseCpu.toNanos() / (double) SLICE.toNanos());
	}

	// The others that there are begin a transaction, or end one.
	private double calls() {
		return this.statements.stream().filter(Database.Statement::isData).mapToLong(Database.Statement::calls).sum();
	}

	private void printStatements() {
		System.out.println();
		System.out.println("| statement | for each poll | time of one |");
		System.out.println("|---|---|---|");
		this.statements.stream()
			.filter(Database.Statement::isData)
			.forEach((statement) -> System.out.printf(Locale.ROOT, "| `%s` | %.3f | %.3f ms |%n",
					statement.text().substring(0, Math.min(90, statement.text().length())).replace('|', ' '),
					statement.calls() / (double) this.polls, statement.millis() / statement.calls()));
		System.out.println();
		System.out.println(
				"| table | read whole | read by each index | updates | of them without a new index entry | size |");
		System.out.println("|---|---|---|---|---|---|");
		this.usage.forEach((usage) -> System.out.printf(Locale.ROOT, "| %s | %d | %s | %d | %.1f %% | %d MB |%n",
				usage.table(), usage.wholeScans(), usage.indexScans(), usage.updates(),
				100.0 * usage.inPlace() / usage.updates(), usage.bytes() >> 20));
	}

	private void atARate() throws InterruptedException {
		this.database.fill(0);
		List<JavaProcess> instances = start(INSTANCES, 50,
				"--operations.rate-limit.requests-per-second=" + REQUESTS_PER_SECOND,
				"--operations.polling.max-interval=5m");
		this.database.resetStatements();
		Instant began = Instant.now();
		track(instances);
		Figures figures = figures(instances);
		while (figures.ends < OPERATIONS && Instant.now().isBefore(began.plus(LONGEST))) {
			Thread.sleep(1000);
			figures = figures(instances);
		}
		double seconds = Duration.between(began, Instant.now()).toMillis() / 1000.0;
		double[] lags = instances.stream()
			.flatMap((instance) -> Stream.of(instance.ask("lags").split(" ")))
			.filter((lag) -> !lag.isEmpty())
			.mapToDouble((lag) -> Double.parseDouble(lag) / 1000)
			.sorted()
			.toArray();
		instances.forEach(JavaProcess::close);
		double polls = figures.polls / (double) OPERATIONS;
		double lag = Arrays.stream(lags).average().orElse(Double.NaN);
		Optimum optimum = new Optimum((random) -> MEDIAN * Math.exp(TrackingInstance.SIGMA * random.nextGaussian()), 0,
				10 * MEDIAN);
		System.out.println();
		System.out
			.println("| instances | each allowed | arriving/s | told of | polls/s | polls per operation | mean lag "
					+ "| p99 | ÷ optimum | processors: instances, database |");
		System.out.println("|---|---|---|---|---|---|---|---|---|---|");
		System.out.printf(Locale.ROOT,
				"| %d | %d requests/s | %d | %d of %d | %.0f | %.2f | %.1f s | %.1f s | %.2f | %.2f, %.2f |%n",
				INSTANCES, REQUESTS_PER_SECOND, ARRIVING_PER_SECOND, lags.length, OPERATIONS, figures.polls / seconds,
				polls, lag, lags[(int) (0.99 * (lags.length - 1))], lag / optimum.lag(polls),
				figures.cpuNanos / 1e9 / seconds, figures.databaseCpu.toMillis() / 1e3 / seconds);
	}

	private static void track(List<JavaProcess> instances) {
		int each = OPERATIONS / instances.size();
		List<CompletableFuture<String>> all = new ArrayList<>();
		for (int i = 0; i < instances.size(); i++) {
			JavaProcess instance = instances.get(i);
			String command = "track " + i * each + " " + each + " " + MEDIAN + " "
					+ ARRIVING_PER_SECOND / (double) instances.size();
			all.add(CompletableFuture.supplyAsync(() -> instance.ask(command)));
		}
		all.forEach(CompletableFuture::join);
	}

	private List<JavaProcess> start(int number, int answerMillis, String... properties) {
		List<JavaProcess> instances = new ArrayList<>();
		for (int i = 0; i < number; i++) {
			List<String> args = new ArrayList<>(List.of(properties));
			args.add("--spring.datasource.url=" + this.database.url());
			args.add("--benchmark.answer-millis=" + answerMillis);
			instances.add(JavaProcess.start(TrackingInstance.class, args.toArray(String[]::new)));
		}
		instances.forEach(JavaProcess::answer);
		return instances;
	}

	private Figures figures(List<JavaProcess> instances) {
		Figures sum = new Figures(0, 0, 0, 0, this.database.commits(), this.database.cpu());
		for (JavaProcess instance : instances) {
			long[] figures = Arrays.stream(instance.ask("figures").split(" ")).mapToLong(Long::parseLong).toArray();
			sum = new Figures(sum.polls + figures[0], sum.cpuNanos + figures[1], sum.storeNanos + figures[2],
					sum.ends + figures[3], sum.commits, sum.databaseCpu);
		}
		return sum;
	}

	private record Figures(long polls, long cpuNanos, long storeNanos, long ends, long commits, Duration databaseCpu) {

		private Figures minus(Figures before) {
			return new Figures(this.polls - before.polls, this.cpuNanos - before.cpuNanos,
					this.storeNanos - before.storeNanos, this.ends - before.ends, this.commits - before.commits,
					this.databaseCpu.minus(before.databaseCpu));
		}

	}

}
