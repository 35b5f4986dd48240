package io.operations.benchmarks.simulation;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.operations.OperationFetcher;
import io.operations.OperationsListener;
import io.operations.internal.polling.Poller;
import io.operations.internal.polling.PollingTarget;
import io.operations.internal.resilience.Admission;
import io.operations.internal.resilience.AdmittedOperationFetcher;
import io.operations.polling.AdaptivePollingSchedule;
import io.operations.polling.PollingSettings;
import io.operations.resilience.RateLimitSettings;
import io.operations.resilience.RetrySettings;
import reactor.core.scheduler.Scheduler;

/**
 * What a template is made of, but for HTTP and observations, which cost time and decide
 * nothing.
 */
final class SimulatedClient {

	private final Poller poller;

	private final Admission admission;

	private final Duration timeout;

	private long answers;

	private int faults;

	SimulatedClient(String name, Scheduler time, OperationFetcher endpoint, RateLimitSettings limits,
			PollingSettings settings) {
		OperationsListener listener = new OperationsListener() {
		};
		this.admission = new Admission(name,
				// The limiter follows the virtual clock, so that its decisions are the
				// real ones.
				RateLimiter.of(name, limits.toConfig().build(), () -> time.now(TimeUnit.NANOSECONDS)), limits,
				RetrySettings.defaults(), time, listener);
		this.poller = new Poller(name,
				new AdmittedOperationFetcher((id) -> endpoint.fetch(id).doOnNext((answer) -> this.answers++),
						this.admission),
				this.admission, new AdaptivePollingSchedule(settings, time), settings, time, listener);
		this.timeout = settings.timeout();
	}

	void await(SimulatedOperation operation) {
		this.poller.await(new PollingTarget(operation.id(), SimulatedOperation.kind(), null, true), this.timeout)
			.subscribe((end) -> {
			}, (fault) -> this.faults++);
	}

	int waiting() {
		return this.poller.waits().size();
	}

	/**
	 * Return how many of its calls were answered.
	 * @return the number of calls
	 */
	long answers() {
		return this.answers;
	}

	/**
	 * Return how many waits ended otherwise than by the end of their operation.
	 * @return the number of waits
	 */
	int faults() {
		return this.faults;
	}

}
