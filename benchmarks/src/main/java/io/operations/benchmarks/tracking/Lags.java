package io.operations.benchmarks.tracking;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.operations.benchmarks.JavaProcess;

/**
 * How late instances deliver ends, and with how many polls.
 */
final class Lags {

	private final List<Double> seen = new ArrayList<>();

	private final List<Double> delivered = new ArrayList<>();

	private final List<JavaProcess> instances;

	private final Database database;

	private final Mark begin;

	Lags(List<JavaProcess> instances, Database database) {
		this.instances = instances;
		this.database = database;
		this.begin = mark();
	}

	/**
	 * Return a point of time, to measure from it on.
	 * @return the point of time
	 */
	Mark mark() {
		take("seen", this.seen);
		take("delivered", this.delivered);
		return new Mark(System.nanoTime(), this.seen.size(), this.delivered.size(), Figures.of(this.instances),
				this.database.cpu());
	}

	private void take(String command, List<Double> lags) {
		this.instances.stream()
			.flatMap((instance) -> Stream.of(instance.ask(command).split(" ")))
			.filter((lag) -> !lag.isEmpty())
			.forEach((lag) -> lags.add(Double.parseDouble(lag) / 1000));
	}

	Since since(Mark before) {
		Mark now = mark();
		List<Double> lags = lags(this.seen, before.seen, now.seen);
		double delivered = mean(lags(this.delivered, before.delivered, now.delivered));
		Figures figures = now.figures.minus(before.figures);
		double seconds = (now.nanos - before.nanos) / 1e9;
		return new Since(lags, delivered, seconds, figures.polls(), figures.cpuNanos() / 1e9 / seconds,
				now.databaseCpu.minus(before.databaseCpu).toNanos() / 1e9 / seconds);
	}

	private static List<Double> lags(List<Double> all, int from, int to) {
		return all.subList(from, to).stream().sorted().toList();
	}

	static double mean(List<Double> lags) {
		return lags.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
	}

	/**
	 * Wait until all operations have ended.
	 * @param count how many there are
	 * @param most how long to wait
	 * @return the figures from the begin on
	 * @throws InterruptedException if it is interrupted
	 */
	Since untilEnded(int count, Duration most) throws InterruptedException {
		long until = System.nanoTime() + most.toNanos();
		while (Figures.of(this.instances).ends() < count && System.nanoTime() < until) {
			Thread.sleep(1000);
		}
		return since(this.begin);
	}

	record Mark(long nanos, int seen, int delivered, Figures figures, Duration databaseCpu) {
	}

	/**
	 * What happened between two points of time.
	 *
	 * @param lags the lags of the ends that responses reported, in seconds, the shortest
	 * first
	 * @param delivered the mean time from an end to the call of the handler, in seconds
	 * @param seconds the time between
	 * @param polls the number of polls
	 * @param processors how many processors the instances kept busy
	 * @param databaseProcessors how many the database kept busy
	 */
	record Since(List<Double> lags, double delivered, double seconds, long polls, double processors,
			double databaseProcessors) {
	}

}
