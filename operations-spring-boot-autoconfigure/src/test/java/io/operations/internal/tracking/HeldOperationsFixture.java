package io.operations.internal.tracking;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.operations.Operation;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationWait;
import io.operations.OperationsException;
import io.operations.OperationsListener;
import io.operations.TestOperations;
import io.operations.internal.KeyPrefix;
import io.operations.internal.polling.OperationPolls;
import io.operations.internal.polling.Outage;
import io.operations.internal.polling.PolledOperation;
import io.operations.internal.polling.Poller;
import io.operations.internal.polling.PollingTarget;
import io.operations.internal.polling.SentPolls;
import io.operations.internal.resilience.Admission;
import io.operations.internal.resilience.AdmittedOperationFetcher;
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
 * A client whose poller holds tracked operations and serves waits, in virtual time. The
 * tests script the server and record what happens.
 */
abstract class HeldOperationsFixture {

	static final Duration TIMEOUT = Duration.ofHours(2);

	final VirtualTimeScheduler scheduler = VirtualTimeScheduler.create();

	final List<Request> requests = new ArrayList<>();

	final List<TrackedChange> changes = new ArrayList<>();

	final List<Object> ends = new ArrayList<>();

	final List<OperationWait> waits = new ArrayList<>();

	final List<String> statuses = new ArrayList<>();

	final List<OperationsException> outages = new ArrayList<>();

	final List<String> cancelled = new ArrayList<>();

	final LaterScheduler later = new LaterScheduler(this.scheduler);

	Function<String, Mono<OperationSnapshot>> server = (id) -> answer(id, OperationStatus.RUNNING);

	boolean mayPoll = true;

	Runnable waitBegan = () -> {
	};

	Runnable waitEnded = () -> {
	};

	Runnable outageBegan = () -> {
	};

	int requests(String id) {
		return (int) this.requests.stream().filter((request) -> request.id().equals(id)).count();
	}

	TrackedChange ending(String id) {
		return this.changes.stream()
			.filter((change) -> change.isEnd() && change.id().equals(id))
			.reduce((one, other) -> {
				throw new AssertionError("'" + id + "' ended twice");
			})
			.orElseThrow(() -> new AssertionError("'" + id + "' has not ended: " + this.changes));
	}

	Mono<OperationSnapshot> answer(String id, OperationStatus status) {
		return Mono.just(TestOperations.snapshot(id, status));
	}

	static PollingSchedule backoff() {
		return new PollingSchedule() {

			@Override
			public Duration nextPoll(PollingState state) {
				return Duration.ofMillis(Math.min(30_000, Math.max(500, state.age().toMillis() / 5)));
			}

			// With jitter, the number of polls would vary.
			@Override
			public double jitter() {
				return 0;
			}

		};
	}

	static PollingSchedule shortOfPolls(Duration interval) {
		return new PollingSchedule() {

			@Override
			public Duration nextPoll(PollingState state) {
				return interval;
			}

			@Override
			public boolean isShortOfPolls() {
				return true;
			}

		};
	}

	long now() {
		return TimeUnit.NANOSECONDS.toMillis(this.scheduler.now(TimeUnit.NANOSECONDS));
	}

	void advance(Duration time) {
		this.scheduler.advanceTimeBy(time);
	}

	record Request(String id, long at) {
	}

	final class Client {

		final Admission admission;

		final Poller poller;

		final OperationPolls polls;

		final TrackingEngine engine;

		final HeldOperations held;

		boolean broken;

		Client(int rate, PollingSchedule schedule) {
			this(rate, schedule, HeldOperationsFixture.this.scheduler);
		}

		Client(int rate, PollingSchedule schedule, Scheduler time) {
			PollingSettings settings = PollingSettings.defaults();
			RateLimitSettings limits = new RateLimitSettings(rate, 16, 1000);
			OperationsListener listener = new OperationsListener() {

				@Override
				public void waitBegan(String client, String operationId) {
					HeldOperationsFixture.this.waitBegan.run();
				}

				@Override
				public void waitEnded(String client, OperationWait wait, @Nullable Throwable reason) {
					HeldOperationsFixture.this.waits.add(wait);
					HeldOperationsFixture.this.waitEnded.run();
				}

				@Override
				public void statusSeen(String client, OperationSnapshot snapshot, @Nullable Operation previous) {
					HeldOperationsFixture.this.statuses
						.add(snapshot.operation().id() + " " + snapshot.operation().status());
				}

				@Override
				public void outageBegan(String client, OperationsException fault) {
					HeldOperationsFixture.this.outages.add(fault);
					HeldOperationsFixture.this.outageBegan.run();
				}

			};
			this.admission = new Admission("test",
					RateLimiter.of("test", limits.toConfig().build(), () -> time.now(TimeUnit.NANOSECONDS)), limits,
					RetrySettings.defaults(), time, listener);
			AdmittedOperationFetcher fetcher = new AdmittedOperationFetcher((id) -> Mono.defer(() -> {
				HeldOperationsFixture.this.requests.add(new Request(id, now()));
				return HeldOperationsFixture.this.server.apply(id);
			}), this.admission);
			Outage outage = new Outage("test", settings, time, listener);
			this.poller = new Poller("test", fetcher, this.admission, schedule, settings, time, listener, outage,
					new SentPolls(), KeyPrefix.DEFAULT);
			this.polls = new OperationPolls("test", Duration.ofDays(7), this.admission, 16, time, outage, this.poller);
			this.engine = new TrackingEngine(this.polls, TestTrackingSettings.defaults(), List::of,
					new TrackingListeners(List.of()));
			this.held = this.engine.hold(this::changed, () -> HeldOperationsFixture.this.mayPoll);
		}

		private void changed(TrackedChange change) {
			if (this.broken) {
				throw new IllegalStateException("broken");
			}
			HeldOperationsFixture.this.changes.add(change);
		}

		TrackedRow hold(String id) {
			return hold(PollingTarget.of(id));
		}

		TrackedRow hold(PollingTarget target) {
			TrackedRow row = this.engine.begin(target, Map.of(), Duration.ofHours(24));
			this.held.hold(row);
			return row;
		}

		TrackedRow loaded(String id, Duration age, int polls) {
			PolledOperation polled = new PolledOperation(id, "kind", false, this.polls.now().minus(age),
					this.polls.now().minus(age), age, polls, null, Map.of(),
					TestOperations.snapshot(id, OperationStatus.RUNNING).operation());
			return new TrackedRow("test", polled, Map.of(), TIMEOUT, this.polls.now().plus(TIMEOUT), null, null, false,
					TrackedRow.Ending.NONE, 1);
		}

		Disposable await(String id) {
			return await(PollingTarget.of(id));
		}

		Disposable await(PollingTarget target) {
			return this.poller.await(target, TIMEOUT)
				.subscribe(HeldOperationsFixture.this.ends::add, HeldOperationsFixture.this.ends::add);
		}

	}

}
