package io.operations.benchmarks.micro;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.operations.Operation;
import io.operations.OperationFetcher;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationsListener;
import io.operations.actuate.OperationsHistory;
import io.operations.internal.polling.Poller;
import io.operations.internal.polling.PollingTarget;
import io.operations.internal.resilience.Admission;
import io.operations.internal.resilience.AdmittedOperationFetcher;
import io.operations.polling.PollingSchedule;
import io.operations.polling.PollingSettings;
import io.operations.polling.PollingState;
import io.operations.resilience.RateLimitSettings;
import io.operations.resilience.RetrySettings;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

/**
 * What the poller costs for each poll of an operation that goes on, with no HTTP
 * exchange, whatever the number of others that wait.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PollerBenchmark {

	private static final Duration LONG = Duration.ofDays(300);

	private static final String POLLED = "proc_job_polled";

	private final VirtualTimeScheduler scheduler = VirtualTimeScheduler.create();

	@Param({ "0", "1000", "100000" })
	int waiting;

	// As with the exposed endpoint.
	@Param({ "false", "true" })
	boolean history;

	private @Nullable Poller poller;

	private long polls;

	/**
	 * Begin the waits.
	 */
	@Setup
	public void begin() {
		RateLimitSettings limits = new RateLimitSettings(1_000_000, 64, 10);
		Admission admission = new Admission("benchmark",
				RateLimiter.of("benchmark", limits.toConfig().build(), () -> this.scheduler.now(TimeUnit.NANOSECONDS)),
				limits, RetrySettings.defaults(), this.scheduler, new OperationsListener() {
				});
		OperationFetcher fetcher = new AdmittedOperationFetcher((id) -> {
			this.polls++;
			return Mono.just(new OperationSnapshot(running(id), null, Instant.EPOCH));
		}, admission);
		PollingSettings settings = new PollingSettings(Duration.ofMillis(1), LONG, LONG, 200_000, LONG, 8);
		this.poller = new Poller("benchmark", fetcher, admission, new EachMillisecond(), settings, this.scheduler,
				this.history ? new OperationsHistory(() -> Instant.EPOCH).listener() : new OperationsListener() {
				});
		for (int i = 0; i < this.waiting; i++) {
			this.poller.await(PollingTarget.of("proc_job_" + i), LONG).onErrorComplete().subscribe();
		}
		this.poller.await(PollingTarget.of(POLLED), LONG).onErrorComplete().subscribe();
		// Until each has been seen once.
		do {
			this.scheduler.advanceTimeBy(Duration.ofSeconds(1));
		}
		while (!this.poller.backlogAge().isZero());
	}

	private static Operation running(String id) {
		return new Operation(id, OperationStatus.RUNNING, "RUNNING", null, null, null, null, Map.of(), Map.of());
	}

	/**
	 * One poll: the timer rings, the operation is asked for, seen and planned again.
	 */
	@Benchmark
	public void poll() {
		long before = this.polls;
		this.scheduler.advanceTimeBy(Duration.ofMillis(1));
		if (this.polls != before + 1) {
			throw new IllegalStateException(this.polls - before + " polls instead of one");
		}
	}

	/**
	 * End the waits.
	 */
	@TearDown
	public void end() {
		if (this.poller != null) {
			this.poller.close();
		}
	}

	/**
	 * Asks for one operation each millisecond, and for no other one.
	 */
	private static final class EachMillisecond implements PollingSchedule {

		@Override
		public Duration nextPoll(PollingState state) {
			return state.operationId().equals(POLLED) ? Duration.ofMillis(1) : LONG;
		}

		@Override
		public double jitter() {
			return 0;
		}

	}

}
