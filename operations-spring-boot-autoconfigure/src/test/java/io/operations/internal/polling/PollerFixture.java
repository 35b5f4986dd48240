package io.operations.internal.polling;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.operations.Operation;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationTimeoutException;
import io.operations.OperationWait;
import io.operations.OperationsListener;
import io.operations.OperationsThrottledException;
import io.operations.TestOperations;
import io.operations.internal.resilience.Admission;
import io.operations.polling.BackoffPollingSchedule;
import io.operations.polling.PollingSchedule;
import io.operations.polling.PollingSettings;
import io.operations.polling.PollingState;
import io.operations.resilience.RateLimitSettings;
import io.operations.resilience.RetrySettings;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.test.scheduler.VirtualTimeScheduler;

/**
 * A poller in virtual time, whose polls a function answers, with all that its callers and
 * its listener are notified of. Its polls pass no admission, which only reports free
 * capacity.
 */
final class PollerFixture {

	static final Duration TIMEOUT = Duration.ofMinutes(10);

	final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	// When the polls left.
	final List<Long> polls = new ArrayList<>();

	final List<Operation> seen = new ArrayList<>();

	final List<Throwable> faults = new ArrayList<>();

	// All below is from the listener.
	final List<String> statuses = new ArrayList<>();

	final List<Throwable> reasons = new ArrayList<>();

	final List<String> stuck = new ArrayList<>();

	final List<String> deadlines = new ArrayList<>();

	final List<Throwable> refusals = new ArrayList<>();

	Function<String, Mono<OperationSnapshot>> endpoint = (id) -> answer(OperationStatus.RUNNING);

	Poller poller;

	PollerFixture() {
		PollingSettings settings = PollingSettings.defaults();
		this.poller = poller(settings, new BackoffPollingSchedule(settings.minInterval(), settings.maxInterval()));
	}

	/**
	 * Replace the poller by one with a schedule.
	 * @param schedule the schedule
	 */
	void schedule(PollingSchedule schedule) {
		this.poller = poller(PollingSettings.defaults(), schedule);
	}

	/**
	 * Replace the poller by one that backs off.
	 * @param settings the bounds of polls and waits
	 */
	void settings(PollingSettings settings) {
		this.poller = poller(settings, new BackoffPollingSchedule(settings.minInterval(), settings.maxInterval()));
	}

	private Poller poller(PollingSettings settings, PollingSchedule schedule) {
		return new Poller("test", (id) -> Mono.defer(() -> {
			this.polls.add(this.time.now(TimeUnit.MILLISECONDS));
			return this.endpoint.apply(id);
		}), admission(), schedule, settings, this.time, new Recorder());
	}

	Admission admission() {
		return admission(new RateLimitSettings(1000, 16, 100), this.time);
	}

	Disposable watch(String id) {
		return this.poller.watch(PollingTarget.of(id), TIMEOUT).subscribe(this.seen::add, this.faults::add);
	}

	void advance(Duration duration) {
		this.time.advanceTimeBy(duration);
	}

	static Mono<OperationSnapshot> answer(OperationStatus status) {
		return Mono.just(TestOperations.snapshot("op", status));
	}

	/**
	 * Return an admission of its own rate limiter.
	 * @param limits the limits
	 * @param scheduler the clock
	 * @return the admission
	 */
	static Admission admission(RateLimitSettings limits, Scheduler scheduler) {
		return new Admission("test", limiter(limits, scheduler), limits, RetrySettings.defaults(), scheduler, silent());
	}

	static RateLimiter limiter(RateLimitSettings limits, Scheduler scheduler) {
		return RateLimiter.of("test", limits.toConfig().build(), () -> scheduler.now(TimeUnit.NANOSECONDS));
	}

	static OperationsListener silent() {
		return new OperationsListener() {
		};
	}

	private final class Recorder implements OperationsListener {

		@Override
		public void statusSeen(String client, OperationSnapshot snapshot, @Nullable Operation previous) {
			PollerFixture.this.statuses.add(snapshot.operation().statusText());
		}

		@Override
		public void waitEnded(String client, OperationWait wait, @Nullable Throwable reason) {
			if (reason != null) {
				PollerFixture.this.reasons.add(reason);
			}
		}

		@Override
		public void stuck(String client, OperationWait wait, Duration age, Duration unusual) {
			PollerFixture.this.stuck.add(wait.operationId());
		}

		@Override
		public void deadlinePassed(String client, OperationWait wait, OperationTimeoutException timeout) {
			PollerFixture.this.deadlines.add(wait.operationId());
		}

		@Override
		public void throttled(String client, OperationsThrottledException fault) {
			PollerFixture.this.refusals.add(fault);
		}

	}

	/**
	 * A schedule that would poll earlier if the account allowed it.
	 */
	static final class ShortOfPolls implements PollingSchedule {

		@Override
		public Duration firstPoll(PollingState state) {
			return Duration.ofSeconds(30);
		}

		@Override
		public Duration nextPoll(PollingState state) {
			return Duration.ofSeconds(30);
		}

		@Override
		public boolean isShortOfPolls() {
			return true;
		}

	}

}
