package io.operations.internal.polling;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.operations.Operation;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationWait;
import io.operations.OperationsListener;
import io.operations.internal.KeyPrefix;
import io.operations.internal.resilience.Admission;
import io.operations.polling.AdaptivePollingSchedule;
import io.operations.polling.ObservedRun;
import io.operations.polling.PollingSchedule;
import io.operations.polling.PollingSettings;
import io.operations.polling.PollingState;
import io.operations.resilience.RateLimitSettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An operation's age, what is learned from it, and the age from which others are stuck
 * count from one moment, for waits and for tracked operations.
 */
class TimeOriginTests {

	private static final Duration QUEUED = Duration.ofSeconds(295);

	private static final Duration WORK = Duration.ofSeconds(10);

	private final VirtualTimeScheduler scheduler = VirtualTimeScheduler.create();

	private final AdaptivePollingSchedule learner = new AdaptivePollingSchedule(PollingSettings.defaults(),
			this.scheduler);

	private final List<ObservedRun> runs = new ArrayList<>();

	private final List<Duration> ages = new ArrayList<>();

	private final List<Duration> stuck = new ArrayList<>();

	private Duration firstPoll = Duration.ofMinutes(5);

	private Duration nextPoll = Duration.ofSeconds(7);

	// The clock of the server, as its Date header shows it.
	private Duration dateIsAheadBy = Duration.ZERO;

	@BeforeEach
	void leaveTheEpoch() {
		// The year 1970 is no plausible time of a server.
		this.scheduler.advanceTimeBy(Duration.ofDays(20_000));
	}

	@ParameterizedTest
	@EnumSource
	void whenTimeBeginsWithWorkDurationOfWorkIsLearned(Keeper keeper) {
		for (int i = 0; i < 60; i++) {
			run(keeper, new Server(QUEUED, QUEUED, QUEUED.plus(WORK)));
		}
		assertThat(this.runs).hasSize(120)
			.filteredOn(ObservedRun::ended)
			.hasSize(60)
			.allSatisfy((run) -> assertThat(run.to()).isEqualTo(WORK));
		assertThat(unusualAge()).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(35));
	}

	@ParameterizedTest
	@EnumSource
	void whenWorkHasJustBegunOperationIsNotStuck(Keeper keeper) {
		for (int i = 0; i < 60; i++) {
			run(keeper, new Server(Duration.ZERO, Duration.ZERO, WORK));
		}
		this.ages.clear();
		run(keeper, new Server(QUEUED, QUEUED, QUEUED.plus(WORK)));
		assertThat(this.stuck).isEmpty();
		assertThat(this.ages).last()
			.satisfies((age) -> assertThat(age).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(6)));
	}

	@ParameterizedTest
	@EnumSource
	void whenTimeAppearsWithWorkRunsAgree(Keeper keeper) {
		this.firstPoll = Duration.ofSeconds(100);
		for (int i = 0; i < 60; i++) {
			run(keeper, new Server(null, QUEUED, QUEUED.plus(WORK)));
		}
		assertRunsAgree();
		assertThat(this.runs).filteredOn(ObservedRun::ended)
			.hasSize(60)
			.allSatisfy((run) -> assertThat(run.to()).isBetween(Duration.ofSeconds(304), Duration.ofSeconds(306)));
		assertThat(unusualAge()).isBetween(Duration.ofMinutes(15), Duration.ofSeconds(1000));
	}

	@ParameterizedTest
	@EnumSource
	void whenTimeChangesWithWorkRunsAgree(Keeper keeper) {
		this.firstPoll = Duration.ofSeconds(100);
		for (int i = 0; i < 60; i++) {
			run(keeper, new Server(Duration.ZERO, QUEUED, QUEUED.plus(WORK)));
		}
		assertRunsAgree();
		assertThat(unusualAge()).isBetween(Duration.ofMinutes(15), Duration.ofSeconds(1000));
	}

	@ParameterizedTest
	@EnumSource
	void whenNoPollSawTheWorkDurationCountsFromTheWait(Keeper keeper) {
		this.firstPoll = Duration.ofSeconds(3);
		this.nextPoll = Duration.ofSeconds(400);
		for (int i = 0; i < 60; i++) {
			run(keeper, new Server((i % 2 == 0) ? null : Duration.ZERO, QUEUED, QUEUED.plus(WORK)));
		}
		assertRunsAgree();
		assertThat(this.runs).filteredOn(ObservedRun::ended)
			.hasSize(60)
			.allSatisfy((run) -> assertThat(run.to()).isBetween(Duration.ofSeconds(304), Duration.ofSeconds(306)));
		assertThat(unusualAge()).isBetween(Duration.ofMinutes(15), Duration.ofSeconds(1000));
	}

	@ParameterizedTest
	@EnumSource
	void whenClocksOfServerDifferRunsAgree(Keeper keeper) {
		this.dateIsAheadBy = Duration.ofSeconds(60);
		this.firstPoll = Duration.ofSeconds(3);
		for (int i = 0; i < 60; i++) {
			run(keeper, new Server(Duration.ZERO, Duration.ZERO, WORK));
		}
		assertRunsAgree();
		assertThat(unusualAge()).isLessThan(Duration.ofMinutes(10));
	}

	@ParameterizedTest
	@EnumSource
	void whenClockHasWholeSecondsAgeIsNotBelowThatOfWait(Keeper keeper) {
		this.dateIsAheadBy = Duration.ofMillis(-900);
		this.firstPoll = Duration.ofSeconds(3);
		this.nextPoll = Duration.ofSeconds(2);
		run(keeper, new Server(Duration.ZERO, Duration.ZERO, WORK));
		assertThat(this.ages).last().isEqualTo(Duration.ofSeconds(9));
		assertRunsAgree();
	}

	private void assertRunsAgree() {
		Duration known = Duration.ZERO;
		for (ObservedRun run : this.runs) {
			assertThat(run.from()).as("what was known before %s", run).isEqualTo(known);
			assertThat(run.to()).isGreaterThanOrEqualTo(run.from());
			known = run.ended() ? Duration.ZERO : run.to();
		}
	}

	private Duration unusualAge() {
		PollingState state = new PollingState("op", "kind", null, Duration.ZERO, 0, 20);
		this.learner.nextPoll(state);
		return Objects.requireNonNull(this.learner.unusualAge("kind"));
	}

	private void run(Keeper keeper, Server server) {
		server.written = now();
		if (keeper == Keeper.WAIT) {
			runWait(server);
		}
		else {
			runTracked(server);
		}
	}

	private void runWait(Server server) {
		List<OperationSnapshot> ends = new ArrayList<>();
		Poller poller = new Poller("test", (id) -> Mono.fromSupplier(() -> server.answer(now())), admission(),
				schedule(), PollingSettings.defaults(), this.scheduler, listener());
		poller.await(target(), Duration.ofHours(1)).subscribe(ends::add);
		this.scheduler.advanceTimeBy(Duration.ofMinutes(10));
		assertThat(ends).hasSize(1);
		poller.close();
	}

	private void runTracked(Server server) {
		PollingSettings settings = PollingSettings.defaults();
		Outage outage = new Outage("test", settings, this.scheduler, listener());
		Admission admission = admission();
		Poller poller = new Poller("test", (id) -> Mono.fromSupplier(() -> server.answer(now())), admission, schedule(),
				settings, this.scheduler, listener(), outage, new SentPolls(), KeyPrefix.DEFAULT);
		OperationPolls polls = new OperationPolls("test", Duration.ofDays(7), admission, 16, this.scheduler, outage,
				poller);
		Tracked tracked = new Tracked(poller.number(), polls, PolledOperation.of(target(), now()));
		poller.hold(tracked, tracked.next(polls.firstPoll(tracked.polled(), null)), true);
		poller.dispatch();
		this.scheduler.advanceTimeBy(Duration.ofMinutes(10));
		assertThat(tracked.ended).isTrue();
		poller.close();
	}

	private static PollingTarget target() {
		return new PollingTarget("op", "kind", null, true);
	}

	private PollingSchedule schedule() {
		return new PollingSchedule() {

			@Override
			public Duration firstPoll(PollingState state) {
				return TimeOriginTests.this.firstPoll;
			}

			@Override
			public Duration nextPoll(PollingState state) {
				TimeOriginTests.this.ages.add(state.age());
				TimeOriginTests.this.learner.nextPoll(state);
				return TimeOriginTests.this.nextPoll;
			}

			@Override
			public void learn(ObservedRun run) {
				TimeOriginTests.this.runs.add(run);
				TimeOriginTests.this.learner.learn(run);
			}

			@Override
			public @Nullable Duration unusualAge(@Nullable String kind) {
				return TimeOriginTests.this.learner.unusualAge(kind);
			}

			@Override
			public double jitter() {
				return 0;
			}

		};
	}

	private Admission admission() {
		RateLimitSettings limits = RateLimitSettings.defaults();
		return PollerFixture.admission(limits, this.scheduler);
	}

	private OperationsListener listener() {
		Consumer<Duration> note = this.stuck::add;
		return new OperationsListener() {

			@Override
			public void stuck(String client, OperationWait wait, Duration age, Duration unusual) {
				note.accept(age);
			}

		};
	}

	private Instant now() {
		return Instant.ofEpochMilli(this.scheduler.now(TimeUnit.MILLISECONDS));
	}

	enum Keeper {

		WAIT, TRACKED

	}

	private final class Server {

		private final @Nullable Duration createdWhileQueued;

		private final Duration begins;

		private final Duration ends;

		private Instant written = Instant.EPOCH;

		/**
		 * Create a server.
		 * @param createdWhileQueued the time that it calls the beginning before the work
		 * begins
		 * @param begins when the work begins, from when on it calls that the beginning
		 * @param ends when the work ends
		 */
		Server(@Nullable Duration createdWhileQueued, Duration begins, Duration ends) {
			this.createdWhileQueued = createdWhileQueued;
			this.begins = begins;
			this.ends = ends;
		}

		OperationSnapshot answer(Instant now) {
			Instant end = this.written.plus(this.ends);
			boolean begun = !now.isBefore(this.written.plus(this.begins));
			boolean ended = !now.isBefore(end);
			Instant created = begun ? this.written.plus(this.begins)
					: (this.createdWhileQueued != null) ? this.written.plus(this.createdWhileQueued) : null;
			OperationStatus status = ended ? OperationStatus.COMPLETED
					: begun ? OperationStatus.RUNNING : OperationStatus.PENDING;
			return new OperationSnapshot(new Operation("op", status, status.name(), created, ended ? end : null, null,
					null, Map.of(), Map.of()), null, now.plus(TimeOriginTests.this.dateIsAheadBy));
		}

	}

	/**
	 * A tracked operation whose store keeps all that the polls see.
	 */
	private final class Tracked extends HeldPoll {

		private final OperationPolls polls;

		private PolledOperation polled;

		private boolean ended;

		private Tracked(long number, OperationPolls polls, PolledOperation polled) {
			super(number, polled.id());
			this.polls = polls;
			this.polled = polled;
		}

		@Override
		protected PolledOperation polled() {
			return this.polled;
		}

		@Override
		protected boolean hasStatusOf(Operation operation) {
			return this.polled.lastSeen() != null && this.polled.lastSeen().hasStatusOf(operation);
		}

		@Override
		protected @Nullable Next seen(PolledOperation after, OperationSnapshot snapshot) {
			this.polled = after;
			this.ended = snapshot.operation().isTerminal();
			if (this.ended) {
				return null;
			}
			Duration age = after.age(now());
			if (age.compareTo(this.polls.unusualAge("kind")) >= 0) {
				TimeOriginTests.this.stuck.add(age);
			}
			return next(this.polls.nextPoll(after, null));
		}

		@Override
		protected @Nullable Next failed(PolledOperation after, Throwable fault) {
			throw new AssertionError(fault);
		}

		@Override
		protected void met(PolledOperation known) {
		}

		private Next next(Duration delay) {
			return new Next(delay.toMillis(), false);
		}

	}

}
