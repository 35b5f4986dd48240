package io.operations.internal.polling;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import io.operations.Operation;
import io.operations.OperationSnapshot;
import io.operations.OperationTimeoutException;
import io.operations.OperationWait;
import io.operations.OperationsListener;
import io.operations.OperationsThrottledException;
import io.operations.internal.KeyPrefix;
import io.operations.internal.resilience.Admission;
import io.operations.polling.PollingSettings;
import io.operations.resilience.RateLimitSettings;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.test.scheduler.VirtualTimeScheduler;
import reactor.util.context.Context;

/**
 * The parts of a poller in virtual time. Polls that are due are kept and not sent.
 */
final class PartsFixture {

	final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	final List<Poll> polls = new ArrayList<>();

	// The names of the listener's methods, in the order of the calls.
	final List<String> events = new ArrayList<>();

	final List<Object> outcomes = new ArrayList<>();

	final PollerParts parts;

	final WaitRegistry registry;

	final HeldPolls held;

	final StuckWaits stuck;

	final Waits waits;

	final WaitEntrance entrance;

	final PollResults results;

	PartsFixture(PollingSettings settings) {
		Object lock = new Object();
		OperationsListeners listener = new OperationsListeners(List.of(new Recorder()));
		Admission admission = PollerFixture.admission(RateLimitSettings.defaults(), this.time);
		PollDelays delays = new PollDelays("test", KeyPrefix.DEFAULT, (state) -> Duration.ofSeconds(10), settings);
		Outage outage = new Outage("test", settings, this.time, listener);
		PollDispatcher dispatcher = new PollDispatcher(admission, delays, outage, this.time, this.polls::add,
				(caller) -> {
				});
		this.parts = new PollerParts(lock, "test", KeyPrefix.DEFAULT, (id) -> Mono.never(), admission, delays, settings,
				this.time, listener, outage, new SentPolls(), new SeenOperations(), dispatcher);
		this.registry = new WaitRegistry(lock, this.time);
		this.held = new HeldPolls(this.parts);
		this.stuck = new StuckWaits(this.parts);
		Overload overload = WaitTimeouts.overload(settings);
		WaitPlans plans = new WaitPlans(this.parts, this.held, overload, this.stuck);
		this.entrance = new WaitEntrance(this.parts, this.registry, this.held, plans, new AtomicLong());
		PollReports reports = new PollReports(this.parts, this.registry, this.held);
		this.waits = new Waits(this.parts, this.registry, plans, new WaitTimeouts(this.parts, overload), this.stuck,
				reports);
		this.results = new PollResults(this.parts, new WaitResults(this.parts, this.waits, plans),
				new HeldResults(this.parts, this.held), reports);
	}

	/**
	 * Return a caller whose outcome is ignored.
	 * @param awaited the awaited operation
	 * @param number the number of the caller
	 * @param now the present time
	 * @return the caller
	 */
	WaitingCaller caller(AwaitedOperation awaited, long number, long now) {
		List<WaitingCaller> created = new ArrayList<>();
		Mono.<OperationSnapshot>create((sink) -> created.add(caller(number, awaited, now, sink))).subscribe();
		return created.get(0);
	}

	/**
	 * Let a caller wait. Its outcome is added to the outcomes.
	 * @param id the operation's id
	 * @return the caller
	 */
	WaitingCaller enter(String id) {
		List<WaitingCaller> entered = new ArrayList<>();
		Mono.<OperationSnapshot>create((sink) -> entered.add(this.entrance.enter(PollingTarget.of(id), Context.empty(),
				(awaited, number, now) -> caller(number, awaited, now, sink))))
			.subscribe(this.outcomes::add, this.outcomes::add);
		if (entered.isEmpty()) {
			throw new IllegalStateException("The wait was refused");
		}
		return entered.get(0);
	}

	/**
	 * Send the first poll of an operation, which shares it with the held operation of the
	 * same id.
	 * @param id the operation's id
	 * @return the poll, with its wait and its held operation
	 */
	Poll poll(String id) {
		this.time.advanceTimeBy(Duration.ofSeconds(1));
		Poll poll = this.polls.stream().filter((sent) -> sent.operationId().equals(id)).findFirst().orElseThrow();
		AwaitedOperation awaited = this.registry.get(id);
		HeldPoll operation = this.held.get(id);
		if (awaited != null) {
			this.parts.dispatcher().remove(awaited);
			poll.addRecipient(awaited);
		}
		if (operation != null) {
			this.parts.dispatcher().remove(operation);
			poll.addRecipient(operation);
		}
		return poll;
	}

	private static WaitingCaller caller(long number, AwaitedOperation awaited, long now,
			MonoSink<OperationSnapshot> sink) {
		return new WaitingCaller.Awaiting(number, awaited, PollingTarget.of(awaited.operationId()),
				new WaitingCaller.Timeout(Duration.ofMinutes(10), false), now, sink);
	}

	private final class Recorder implements OperationsListener {

		@Override
		public void waitBegan(String client, String operationId) {
			PartsFixture.this.events.add("waitBegan");
		}

		@Override
		public void waitEnded(String client, OperationWait wait, @Nullable Throwable reason) {
			PartsFixture.this.events.add("waitEnded");
		}

		@Override
		public void statusSeen(String client, OperationSnapshot snapshot, @Nullable Operation previous) {
			PartsFixture.this.events.add("statusSeen");
		}

		@Override
		public void stuck(String client, OperationWait wait, Duration age, Duration unusual) {
			PartsFixture.this.events.add("stuck");
		}

		@Override
		public void throttled(String client, OperationsThrottledException fault) {
			PartsFixture.this.events.add("throttled");
		}

		@Override
		public void deadlinePassed(String client, OperationWait wait, OperationTimeoutException timeout) {
			PartsFixture.this.events.add("deadlinePassed");
		}

	}

}
