package io.operations.benchmarks.tracking;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import io.operations.benchmarks.JavaProcess;

/**
 * One account that allows 20 requests per second, and processes that always have fetches:
 * how many requests per second all of them send while 1, 2, 4, 3 and 2 of them run, how
 * they share them, and how many statements that costs.
 */
public final class SharedRate {

	private static final int SECONDS = 30;

	private static final int WINDOW = 10;

	// A process that starts needs a while until its first reservation counts.
	private static final int SETTLING = 3;

	private static final String[] NUMBERS = { "1", "2", "4", "3", "2" };

	private SharedRate() {
	}

	/**
	 * Run the measurement.
	 * @param args the numbers of processes; 1, 2, 4, 3 and 2 if there are none
	 * @throws IOException if the database cannot be started
	 * @throws InterruptedException if it is interrupted
	 */
	public static void main(String[] args) throws IOException, InterruptedException {
		List<JavaProcess> running = new ArrayList<>();
		try (Database database = Database.start()) {
			System.out.println("| instances | requests/s in each 10 s | most in a second | least and largest share"
					+ " of an instance, fair = 1 | statements per second and instance: reservations, all |");
			System.out.println("|---|---|---|---|---|");
			for (String number : (args.length > 0) ? args : NUMBERS) {
				measure(database, running, Integer.parseInt(number));
			}
		}
		finally {
			running.forEach(JavaProcess::close);
		}
	}

	private static void measure(Database database, List<JavaProcess> running, int number) throws InterruptedException {
		while (running.size() > number) {
			running.remove(0).close();
		}
		List<JavaProcess> started = new ArrayList<>();
		while (running.size() + started.size() < number) {
			started.add(JavaProcess.start(SharedRateInstance.class, "--spring.datasource.url=" + database.url(),
					"--spring.datasource.username=postgres"));
		}
		started.forEach(JavaProcess::answer);
		running.addAll(started);
		Thread.sleep(SETTLING * 1000);
		database.resetStatements();
		long[][] seconds = new long[number][SECONDS + 1];
		for (int second = 0; second <= SECONDS; second++) {
			// All seconds are equally long.
			Thread.sleep(1000 - System.currentTimeMillis() % 1000);
			for (int i = 0; i < number; i++) {
				seconds[i][second] = Long.parseLong(running.get(i).ask("sent"));
			}
		}
		double all = 0;
		double reservations = 0;
		for (Database.Statement statement : database.statements()) {
			all += statement.isData() ? statement.calls() : 0;
			reservations += statement.text().contains("operations_budget AS b") ? statement.calls() : 0;
		}
		print(seconds, reservations / SECONDS / number, all / SECONDS / number);
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
