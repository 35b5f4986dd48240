package io.operations.benchmarks.tracking;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.operations.benchmarks.JavaProcess;
import io.operations.benchmarks.Optimum;

/**
 * Tracked operations in one PostgreSQL, and instances of an application that poll them:
 * how many polls a second there can be, what a poll costs, how soon the first one leaves
 * and how late ends are told. Runs with any build of the library that has tracked
 * operations.
 */
public final class TrackingScale {

	private static final String[] PARTS = { "start", "quiet", "speed", "speed4", "million", "lag" };

	private static final int OPERATIONS = 100_000;

	private static final int MILLION = 1_000_000;

	private static final int INSTANCES = 4;

	private static final Duration SLICE = Duration.ofSeconds(20);

	private static final Duration OVERDUE = Duration.ofSeconds(5);

	private static final Duration QUIET = Duration.ofSeconds(60);

	private static final double MEDIAN = 60;

	// No more than a busy machine can do with the earlier builds.
	private static final int ARRIVING_PER_SECOND = 50;

	// Of the account.
	private static final int REQUESTS_PER_SECOND = 120;

	// Until so many operations have arrived, the schedule has learned little.
	private static final int LEARNING = 20_000;

	private static final int LEARNED = 10_000;

	private static final Duration LONGEST = Duration.ofMinutes(15);

	private final Database database;

	private String header = "";

	private TrackingScale(Database database) {
		this.database = database;
	}

	/**
	 * Run the measurement.
	 * @param args the parts to run, all unless given
	 * @throws IOException if the database cannot be started
	 * @throws InterruptedException if it is interrupted
	 */
	public static void main(String[] args) throws IOException, InterruptedException {
		List<String> chosen = List.of((args.length > 0) ? args : PARTS);
		try (Database database = Database.start()) {
			TrackingScale scale = new TrackingScale(database);
			for (String part : chosen) {
				switch (part) {
					case "start" -> {
						scale.start(1);
						scale.start(OPERATIONS);
						scale.start(MILLION);
					}
					case "quiet" -> scale.always(20);
					case "quiet120" -> scale.always(120);
					case "speed" -> scale.withoutLimit(1);
					case "speed4" -> scale.withoutLimit(INSTANCES);
					case "million" -> scale.aMillion();
					case "lag" -> scale.atARate();
					default -> throw new IllegalArgumentException(part);
				}
			}
		}
	}

	private void start(int operations) throws InterruptedException {
		this.database.fill(operations);
		// As after a restart: all are overdue.
		Thread.sleep(OVERDUE.toMillis());
		long launched = System.currentTimeMillis();
		JavaProcess instance = start(1, 0).get(0);
		long first = Long.parseLong(instance.ask("first"));
		while (first == 0) {
			Thread.sleep(50);
			first = Long.parseLong(instance.ask("first"));
		}
		long begin = Long.parseLong(instance.ask("begin"));
		instance.close();
		print("| open operations | start of the process to the first poll | start of the library to the first poll |",
				"| %d | %.2f s | %.2f s |", operations, (first - launched) / 1e3, (first - begin) / 1e3);
	}

	// Each instance has its own user of the database, by whom the statements are counted.
	private void always(int rate) throws InterruptedException {
		this.database.fill(OPERATIONS);
		List<String> users = IntStream.range(0, INSTANCES).mapToObj((i) -> "instance" + i).toList();
		this.database.createUsers(users);
		List<JavaProcess> instances = new ArrayList<>();
		users.forEach((user) -> instances
			.addAll(start(1, 5, "--benchmark.user=" + user, "--operations.rate-limit.requests-per-second=" + rate)));
		Thread.sleep(SLICE.toMillis());
		this.database.resetStatements();
		List<Figures> before = instances.stream().map(Figures::of).toList();
		Thread.sleep(QUIET.toMillis());
		List<Figures> after = instances.stream().map(Figures::of).toList();
		List<Database.Statement> statements = this.database.statements();
		instances.forEach(JavaProcess::close);
		for (int i = 0; i < INSTANCES; i++) {
			String user = users.get(i);
			List<Database.Statement> own = statements.stream()
				.filter((statement) -> statement.user().equals(user) && statement.isData())
				.toList();
			double seconds = QUIET.toSeconds();
			double budget = calls(own.stream().filter(Database.Statement::isBudget).toList()) / seconds;
			double others = calls(own) / seconds - budget;
			double polls = after.get(i).minus(before.get(i)).polls() / seconds;
			print("| instance | polls/s | statements per second: the budget, others | others per poll |",
					"| %d | %.1f | %.1f, %.2f | %.3f |", i, polls, budget, others, others / polls);
		}
		printStatements(statements.stream().filter(Database.Statement::isData).toList(),
				IntStream.range(0, INSTANCES).mapToLong((i) -> after.get(i).polls() - before.get(i).polls()).sum());
	}

	private void withoutLimit(int number) throws InterruptedException {
		this.database.fill(OPERATIONS);
		List<JavaProcess> instances = start(number, 0, "--operations.rate-limit.requests-per-second=100000",
				"--operations.polling.schedule=fixed", "--operations.polling.min-interval=1ms");
		// Until all is compiled, which they have the same two processors for.
		Thread.sleep(SLICE.toMillis() + (number - 1) * SLICE.toMillis() / 2);
		this.database.resetStatements();
		long commits = this.database.commits();
		Duration cpu = this.database.cpu();
		Figures before = Figures.of(instances);
		Thread.sleep(SLICE.toMillis());
		Figures slice = Figures.of(instances).minus(before);
		cpu = this.database.cpu().minus(cpu);
		commits = this.database.commits() - commits;
		List<Database.Statement> statements = this.database.statements();
		List<Database.Usage> usage = this.database.usage();
		instances.forEach(JavaProcess::close);
		double polls = slice.polls();
		print("""
				| instances | polls/s | statements per poll | transactions per poll | database time per poll \
				| time in calls to the store per poll | processor time per poll: instances, database |""",
				"| %d | %.0f | %.3f | %.3f | %.3f ms | %.3f ms | %.3f ms, %.3f ms |", number, polls / SLICE.toSeconds(),
				calls(statements) / polls, commits / polls,
				statements.stream().mapToDouble(Database.Statement::millis).sum() / polls,
				slice.storeNanos() / polls / 1e6, slice.cpuNanos() / polls / 1e6, cpu.toNanos() / polls / 1e6);
		printStatements(statements, slice.polls());
		System.out.println();
		usage.forEach((table) -> print(
				"| table | read whole | read by each index | updates | of them without a new index entry | size |",
				"| %s | %d | %s | %d | %.1f %% | %d MB |", table.table(), table.wholeScans(), table.indexScans(),
				table.updates(), 100.0 * table.inPlace() / table.updates(), table.bytes() >> 20));
	}

	private void aMillion() throws InterruptedException {
		this.database.fill(MILLION);
		long began = System.currentTimeMillis();
		JavaProcess instance = JavaProcess.start("512m", TrackingInstance.class,
				properties(0, "--operations.tracking.max-held=" + MILLION));
		instance.answer();
		long before = 0;
		long heap = Long.parseLong(instance.ask("heap"));
		// Until all are loaded.
		while (heap > before + (1 << 20)) {
			before = heap;
			Thread.sleep(5000);
			heap = Long.parseLong(instance.ask("heap"));
		}
		long loaded = System.currentTimeMillis();
		long polls = Figures.of(instance).polls();
		Thread.sleep(SLICE.toMillis());
		polls = Figures.of(instance).polls() - polls;
		instance.close();
		print("| open operations | heap in use, of 512 MB | loaded after | polls/s |", "| %d | %d MB | %.0f s | %.1f |",
				MILLION, heap >> 20, (loaded - began) / 1e3, polls / (double) SLICE.toSeconds());
	}

	private void atARate() throws InterruptedException {
		this.database.fill(0);
		List<JavaProcess> instances = startAtRate();
		Lags lags = new Lags(instances, this.database);
		track(instances, LEARNING + LEARNED);
		Thread.sleep(1000L * LEARNING / ARRIVING_PER_SECOND);
		Lags.Mark learned = lags.mark();
		Thread.sleep(1000L * LEARNED / ARRIVING_PER_SECOND);
		print("from second 400 on", lags.since(learned));
		print("from the start, nothing known", lags.untilEnded(LEARNING + LEARNED, LONGEST));
		instances.forEach(JavaProcess::close);
		// Earlier builds forget what they have learned.
		if (this.database.hasLeases()) {
			List<JavaProcess> later = startAtRate();
			Lags known = new Lags(later, this.database);
			track(later, LEARNING);
			Lags.Mark start = known.mark();
			Thread.sleep(1000L * LEARNING / ARRIVING_PER_SECOND);
			print("from the start, the kind known from the run before", known.since(start));
			later.forEach(JavaProcess::close);
		}
	}

	private void print(String measured, Lags.Since since) {
		Optimum optimum = new Optimum((random) -> MEDIAN * Math.exp(TrackingInstance.SIGMA * random.nextGaussian()), 0,
				10 * MEDIAN);
		int ends = since.lags().size();
		double polls = since.polls() / (double) ends;
		double mean = Lags.mean(since.lags());
		print("""
				| measured | ended | polls/s | polls per operation | mean lag | p99 | ÷ optimum at the polls spent \
				| ÷ optimum at the polls that the rate leaves | mean time to the handler \
				| processors: instances, database |""",
				"| %s | %d | %.0f | %.2f | %.2f s | %.1f s | %.2f | %.2f | %.2f s | %.2f, %.2f |", measured, ends,
				since.polls() / since.seconds(), polls, mean, since.lags().get((int) (0.99 * (ends - 1))),
				mean / optimum.lag(polls), mean / optimum.lag((double) REQUESTS_PER_SECOND / ARRIVING_PER_SECOND),
				since.delivered(), since.processors(), since.databaseProcessors());
	}

	// The header, too, unless the row belongs to the table before.
	@SuppressWarnings("AnnotateFormatMethod")
	private void print(String header, String row, Object... values) {
		if (!header.equals(this.header)) {
			System.out.println();
			System.out.println(header);
			System.out.println(header.replaceAll("[^|]+", "---"));
			this.header = header;
		}
		System.out.println(String.format(Locale.ROOT, row, values));
	}

	private List<JavaProcess> startAtRate() {
		int each = this.database.hasLeases() ? REQUESTS_PER_SECOND : REQUESTS_PER_SECOND / INSTANCES;
		return start(INSTANCES, 50, "--operations.rate-limit.requests-per-second=" + each,
				"--operations.polling.max-interval=5m");
	}

	private static void track(List<JavaProcess> instances, int count) {
		int each = count / instances.size();
		for (int i = 0; i < instances.size(); i++) {
			instances.get(i)
				.ask("track " + i * each + " " + each + " " + MEDIAN + " "
						+ ARRIVING_PER_SECOND / (double) instances.size());
		}
	}

	private List<JavaProcess> start(int number, int answerMillis, String... properties) {
		List<JavaProcess> instances = new ArrayList<>();
		for (int i = 0; i < number; i++) {
			instances.add(JavaProcess.start(TrackingInstance.class, properties(answerMillis, properties)));
		}
		instances.forEach(JavaProcess::answer);
		return instances;
	}

	private String[] properties(int answerMillis, String... more) {
		return Stream.concat(Stream.of("--spring.datasource.url=" + this.database.url("${benchmark.user:postgres}"),
				"--benchmark.answer-millis=" + answerMillis), Stream.of(more))
			.toArray(String[]::new);
	}

	// The others that there are begin a transaction, or end one.
	private static double calls(List<Database.Statement> statements) {
		return statements.stream().filter(Database.Statement::isData).mapToLong(Database.Statement::calls).sum();
	}

	private void printStatements(List<Database.Statement> statements, long polls) {
		System.out.println();
		statements.stream()
			.filter(Database.Statement::isData)
			.forEach((statement) -> print("| statement | user | for each poll | time of one |",
					"| `%s` | %s | %.4f | %.3f ms |",
					statement.text().substring(0, Math.min(110, statement.text().length())).replace('|', ' '),
					statement.user(), statement.calls() / (double) polls, statement.millis() / statement.calls()));
	}

}
