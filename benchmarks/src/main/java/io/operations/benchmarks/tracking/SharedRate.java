package io.operations.benchmarks.tracking;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import io.operations.benchmarks.JavaProcess;
import io.operations.benchmarks.simulation.Curve;
import io.operations.benchmarks.simulation.Picture;

/**
 * One account that allows 20 requests per second, and processes that always have fetches,
 * or tracked operations to poll: how many requests per second all of them send while 1,
 * 2, 4, 3 and 2 of them run, how they share them, and how many statements that costs.
 */
public final class SharedRate {

	private static final int SECONDS = 30;

	private static final int WINDOW = 10;

	// A process that starts needs a while until its first reservation counts.
	private static final int SETTLING = 3;

	private static final int TRACKED = 2000;

	private static final int LIMIT = 20;

	private static final String[] NUMBERS = { "1", "2", "4", "3", "2" };

	private static final String PICTURE = "picture=";

	private final Map<Long, Long> sent = new TreeMap<>();

	private final Map<Long, Integer> numbers = new TreeMap<>();

	private final List<JavaProcess> running = new ArrayList<>();

	private final List<String> properties = new ArrayList<>();

	private final Database database;

	private SharedRate(Database database) {
		this.database = database;
	}

	/**
	 * Run the measurement.
	 * @param args the numbers of processes, 1, 2, 4, 3 and 2 if there are none;
	 * properties of all processes, such as {@code --operations.tracking.store=jdbc} and
	 * {@code --benchmark.fetches=0}; {@code picture=} and the file of a picture
	 * @throws IOException if the database cannot be started
	 * @throws InterruptedException if it is interrupted
	 */
	public static void main(String[] args) throws IOException, InterruptedException {
		System.setProperty("java.awt.headless", "true");
		try (Database database = Database.start()) {
			database.fill(TRACKED);
			SharedRate rate = new SharedRate(database);
			Stream.of(args).filter((arg) -> arg.startsWith("--")).forEach(rate.properties::add);
			List<String> numbers = Stream.of(args).filter((arg) -> arg.matches("[0-9]+")).toList();
			try {
				System.out.println("| instances | requests/s in each 10 s | most in a second | least and largest share"
						+ " of an instance, fair = 1 | statements per second and instance: reservations, all |");
				System.out.println("|---|---|---|---|---|");
				for (String number : numbers.isEmpty() ? List.of(NUMBERS) : numbers) {
					rate.measure(Integer.parseInt(number));
				}
			}
			finally {
				rate.stop(0);
			}
			Stream.of(args)
				.filter((arg) -> arg.startsWith(PICTURE))
				.forEach((arg) -> rate.draw(Path.of(arg.substring(PICTURE.length()))));
		}
	}

	private void measure(int number) throws InterruptedException {
		stop(number);
		List<JavaProcess> started = new ArrayList<>();
		while (this.running.size() + started.size() < number) {
			List<String> args = new ArrayList<>(this.properties);
			args.add("--spring.datasource.url=" + this.database.url());
			args.add("--spring.datasource.username=postgres");
			started.add(JavaProcess.start(SharedRateInstance.class, args.toArray(String[]::new)));
		}
		started.forEach(JavaProcess::answer);
		this.running.addAll(started);
		this.numbers.put(System.currentTimeMillis() / 1000, number);
		Thread.sleep(SETTLING * 1000);
		this.database.resetStatements();
		long[][] seconds = new long[number][SECONDS + 1];
		for (int second = 0; second <= SECONDS; second++) {
			// All seconds are equally long.
			Thread.sleep(1000 - System.currentTimeMillis() % 1000);
			for (int i = 0; i < number; i++) {
				seconds[i][second] = Long.parseLong(this.running.get(i).ask("sent"));
			}
		}
		double all = 0;
		double reservations = 0;
		for (Database.Statement statement : this.database.statements()) {
			all += statement.isData() ? statement.calls() : 0;
			reservations += statement.text().contains("operations_budget AS b") ? statement.calls() : 0;
		}
		print(seconds, reservations / SECONDS / number, all / SECONDS / number);
	}

	// The oldest, which holds the lease.
	private void stop(int number) {
		while (this.running.size() > number) {
			this.numbers.put(System.currentTimeMillis() / 1000, number);
			JavaProcess oldest = this.running.remove(0);
			for (String second : oldest.ask("seconds").split(" ", -1)) {
				String[] parts = second.split("=", -1);
				if (parts.length == 2) {
					this.sent.merge(Long.valueOf(parts[0]), Long.valueOf(parts[1]), Long::sum);
				}
			}
			oldest.close();
		}
	}

	// The last second is not a whole one.
	private void draw(Path file) {
		long first = this.numbers.keySet().iterator().next();
		long last = this.numbers.keySet().stream().mapToLong(Long::longValue).max().orElse(first);
		Curve together = new Curve("together");
		Curve each = new Curve("if each sent " + LIMIT);
		int number = 0;
		for (long second = first; second < last; second++) {
			number = this.numbers.getOrDefault(second, number);
			together.add((double) second - first, this.sent.getOrDefault(second, 0L).doubleValue());
			each.add((double) second - first, LIMIT * number);
		}
		Picture picture = new Picture("1, 2, 4, 3 and 2 instances of one account that allows 20 requests/s");
		picture.diagram("seconds", "requests/s", List.of(together, each)).setYAxisMin(0.0);
		picture.write(file);
	}

	private static void print(long[][] seconds, double reservations, double all) {
		List<String> windows = new ArrayList<>();
		for (int begin = 0; begin < SECONDS; begin += WINDOW) {
			windows.add(String.format(Locale.ROOT, "%.1f", sum(seconds, begin, begin + WINDOW) / (double) WINDOW));
		}
		long most = 0;
		for (int second = 0; second < SECONDS; second++) {
			most = Math.max(most, sum(seconds, second, second + 1));
		}
		double fair = sum(seconds, 0, SECONDS) / (double) seconds.length;
		double[] shares = Arrays.stream(seconds).mapToDouble((each) -> (each[SECONDS] - each[0]) / fair).toArray();
		System.out.println(String.format(Locale.ROOT, "| %d | %s | %d | %.2f, %.2f | %.1f, %.1f |", seconds.length,
				String.join(", ", windows), most, Arrays.stream(shares).min().orElse(0),
				Arrays.stream(shares).max().orElse(0), reservations, all));
	}

	private static long sum(long[][] seconds, int from, int to) {
		return Arrays.stream(seconds).mapToLong((each) -> each[to] - each[from]).sum();
	}

}
