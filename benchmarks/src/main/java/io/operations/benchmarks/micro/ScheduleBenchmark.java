package io.operations.benchmarks.micro;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.operations.polling.AdaptivePollingSchedule;
import io.operations.polling.ObservedRun;
import io.operations.polling.PollingSettings;
import io.operations.polling.PollingState;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import reactor.test.scheduler.VirtualTimeScheduler;

/**
 * What the adaptive schedule costs: to decide when to ask again, and to plan anew after
 * some operations ended.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ScheduleBenchmark {

	private static final int ENDS = 200;

	// A plan is made anew when a tenth of what is known is new, some six of what 200 ends
	// count for.
	private static final int NEWS = 12;

	private static final Duration SECOND = Duration.ofSeconds(1);

	private final Random random = new Random(1);

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final AdaptivePollingSchedule schedule = new AdaptivePollingSchedule(PollingSettings.defaults(), this.time);

	private final PollingState state = new PollingState("proc_job_1", "configurationId", null, Duration.ofSeconds(30),
			3, 20);

	/**
	 * Have the schedule learn.
	 */
	@Setup
	public void learn() {
		for (int i = 0; i < ENDS; i++) {
			this.schedule.learn(end());
		}
	}

	private ObservedRun end() {
		Duration taken = Duration.ofMillis(Math.round(60_000 * Math.exp(this.random.nextGaussian())));
		return new ObservedRun("configurationId", Duration.ZERO, taken, true);
	}

	/**
	 * Decide.
	 * @return when to ask again
	 */
	@Benchmark
	public Duration decision() {
		return this.schedule.nextPoll(this.state);
	}

	/**
	 * Learn of so many ends that a new plan is needed, and decide by it a second later.
	 * @return when to ask again
	 */
	@Benchmark
	public Duration twelveEndsLearnedAndPlannedAnew() {
		this.time.advanceTimeBy(SECOND);
		for (int i = 0; i < NEWS; i++) {
			this.schedule.learn(end());
		}
		return this.schedule.nextPoll(this.state);
	}

	/**
	 * Learn of an end.
	 */
	@Benchmark
	public void endLearned() {
		this.schedule.learn(end());
	}

}
