package io.operations.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.operations.polling.ObservedRun;
import io.operations.polling.PollingSchedule;
import io.operations.polling.PollingState;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * Operations that run one after the other under one schedule, in virtual time.
 */
final class ScheduleRun {

	static final Clock CLOCK = new Clock();

	private static final int MEASURED = 4000;

	// The price is adjusted once a second.
	private static final int SETTLING = 4;

	private final PollingSchedule schedule;

	private final Durations durations;

	private final Random random;

	// Apart from the durations, so that they do not depend on the number of polls.
	private final Random jitter;

	private int learned;

	ScheduleRun(PollingSchedule schedule, Durations durations, Random random) {
		this.schedule = schedule;
		this.durations = durations;
		this.random = random;
		this.jitter = new Random(random.nextLong());
	}

	/**
	 * Let the schedule learn from operations.
	 * @param operations how many operations
	 * @param scale the factor of their durations
	 */
	void learn(int operations, double scale) {
		for (int i = 0; i < operations; i++) {
			poll(scale * nextDuration(), true);
			this.learned++;
		}
	}

	/**
	 * Poll 4,000 operations at the present price, from which the schedule does not learn.
	 * @return the mean number of polls and the mean lag in seconds
	 */
	double[] measure() {
		for (int i = 0; i < SETTLING; i++) {
			pass(1);
			poll(nextDuration());
		}
		double polls = 0;
		double lag = 0;
		for (int i = 0; i < MEASURED; i++) {
			double duration = nextDuration();
			List<Double> ages = poll(duration);
			polls += (double) ages.size() / MEASURED;
			lag += (ages.get(ages.size() - 1) - duration) / MEASURED;
		}
		return new double[] { polls, lag };
	}

	double nextDuration() {
		return this.durations.next(this.random, this.learned);
	}

	/**
	 * Poll an operation, from which the schedule does not learn.
	 * @param duration how long the operation takes, in seconds
	 * @return the age of the operation at each poll, in seconds
	 */
	List<Double> poll(double duration) {
		return poll(duration, false);
	}

	private List<Double> poll(double duration, boolean learn) {
		if (learn) {
			pass(1);
		}
		List<Double> ages = new ArrayList<>();
		double known = 0;
		double age = spread(this.schedule.firstPoll(state(0, 0)));
		while (age < duration) {
			ages.add(age);
			if (learn) {
				this.schedule.learn(new ObservedRun("kind", time(known), time(age), false));
			}
			known = age;
			age += spread(this.schedule.nextPoll(state(age, ages.size())));
		}
		ages.add(age);
		if (learn) {
			pass(age);
			this.schedule.learn(new ObservedRun("kind", time(known), time(duration), true));
		}
		return ages;
	}

	private static void pass(double seconds) {
		CLOCK.millis += Math.round(seconds * 1000);
	}

	private double spread(Duration interval) {
		double jitter = this.schedule.jitter();
		return interval.toMillis() / 1000.0 * (1 - jitter + 2 * jitter * this.jitter.nextDouble());
	}

	private static PollingState state(double age, int polls) {
		return new PollingState("op", "kind", null, time(age), polls, Double.MAX_VALUE);
	}

	private static Duration time(double seconds) {
		return Duration.ofMillis(Math.round(seconds * 1000));
	}

	/**
	 * Has the time and runs no tasks.
	 */
	static final class Clock implements Scheduler {

		private long millis;

		@Override
		public long now(TimeUnit unit) {
			return unit.convert(this.millis, TimeUnit.MILLISECONDS);
		}

		@Override
		public Disposable schedule(Runnable task) {
			throw new UnsupportedOperationException("A clock runs no tasks");
		}

		@Override
		public Worker createWorker() {
			throw new UnsupportedOperationException("A clock runs no tasks");
		}

	}

}
