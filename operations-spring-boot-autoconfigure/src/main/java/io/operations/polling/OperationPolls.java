package io.operations.polling;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.operations.Operation;
import io.operations.OperationFetcher;
import io.operations.OperationSnapshot;
import io.operations.OperationsClosedException;
import io.operations.OperationsException;
import io.operations.OperationsListener;
import io.operations.OperationsUnavailableException;
import io.operations.resilience.Admission;
import io.operations.resilience.Turn;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Asks once for an operation that somebody else keeps, and says when to ask again. Who
 * keeps operations takes no more of them in hand than there is {@link #room()} for, and
 * says when each is done with: so what may leave leaves at once, and a pause of the
 * account or an outage of the endpoint is waited for where the operations are kept.
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class OperationPolls {

	// Taken in hand ahead of the permits, so that none is left unused between two looks.
	private static final double AHEAD_SECONDS = 0.1;

	// Of what may be under way, however many of the template's own waits are queued.
	private static final int SHARE = 4;

	private final String client;

	private final OperationFetcher fetcher;

	private final Admission admission;

	private final int maxInFlight;

	private final Pace pace;

	private final Scheduler scheduler;

	private final OperationsListener listener;

	private final Outage outage;

	// Guarded by "this"; nothing foreign is called while it is held.
	private int taken;

	/**
	 * Create the polls of a template.
	 * @param client the name of the client
	 * @param fetcher one attempt, admitted by its {@link Turn}
	 * @param admission what the attempts are admitted by
	 * @param maxInFlight how many calls may be under way at most
	 * @param schedule when to ask
	 * @param settings the bounds of intervals
	 * @param scheduler tells the time
	 * @param listener told of what is seen
	 * @param outage told whether the endpoint answers, and tells what others found
	 */
	public OperationPolls(String client, OperationFetcher fetcher, Admission admission, int maxInFlight,
			PollingSchedule schedule, PollingSettings settings, Scheduler scheduler, OperationsListener listener,
			Outage outage) {
		this.client = client;
		this.fetcher = fetcher;
		this.admission = admission;
		this.maxInFlight = maxInFlight;
		this.pace = new Pace(schedule, settings);
		this.scheduler = scheduler;
		this.listener = listener;
		this.outage = outage;
	}

	/**
	 * Ask for an operation once, without repetition. What comes of it is to be told to
	 * {@link #seen} or {@link #failed}.
	 * @param operation the operation
	 * @param due since when it has been due
	 * @return what was seen, or why nothing was; empty if an outage has begun meanwhile,
	 * so that it is not asked for now
	 */
	public Mono<OperationSnapshot> poll(PolledOperation operation, Instant due) {
		return Mono.defer(() -> {
			if (this.outage.isOn() && !this.outage.beginProbe()) {
				return Mono.empty();
			}
			long overdue = Math.max(0, Duration.between(due, now()).toMillis());
			Turn turn = new Turn((operation.polls() > 0) ? Turn.Kind.REPEAT_POLL : Turn.Kind.FIRST_POLL,
					monotonic() - overdue);
			return this.fetcher.fetch(operation.id())
				.contextWrite((context) -> context.put(Turn.class, turn))
				.doOnNext((snapshot) -> refuseOther(operation, snapshot))
				.switchIfEmpty(Mono.error(() -> new OperationsUnavailableException(
						"An OperationFetcherDecorator completed without an answer for operation '" + operation.id()
								+ "'. Let the decorator emit the answer or an error.",
						operation.id(), new IllegalStateException("The decorator returned an empty Mono"))));
		});
	}

	private static void refuseOther(PolledOperation operation, OperationSnapshot snapshot) {
		OperationsException other = OtherOperationException.in(operation.id(), snapshot);
		if (other != null) {
			throw other;
		}
	}

	/**
	 * Note what a poll saw, and have the schedule learn from it.
	 * @param operation the operation as it was known before
	 * @param snapshot what was seen
	 * @return the operation as it is known now
	 */
	public PolledOperation seen(PolledOperation operation, OperationSnapshot snapshot) {
		this.outage.succeeded();
		PolledOperation.Sighting sighting = operation.seen(snapshot, now());
		this.pace.learn(sighting.run());
		Operation previous = operation.lastSeen();
		if (previous == null || !previous.hasStatusOf(snapshot.operation())) {
			this.listener.statusSeen(this.client, snapshot, previous);
		}
		return sighting.operation();
	}

	/**
	 * Note that a poll failed.
	 * @param operation the operation as it was known before
	 * @param fault why
	 * @return the operation as it is known now
	 */
	public PolledOperation failed(PolledOperation operation, Throwable fault) {
		if (fault instanceof OperationsClosedException) {
			return operation;
		}
		this.outage.failed(fault);
		return operation.failed(fault, now());
	}

	/**
	 * Return when an operation that was handed over just now is to be asked for.
	 * @param operation the operation
	 * @param retryAfter how long to wait at least
	 * @return the time from now
	 */
	public Duration firstPoll(PolledOperation operation, @Nullable Duration retryAfter) {
		return Duration.ofMillis(this.pace.first(state(operation), retryAfter));
	}

	/**
	 * Return when to ask again.
	 * @param operation the operation after its last poll
	 * @param retryAfter how long to wait at least
	 * @return the time from now
	 */
	public Duration nextPoll(PolledOperation operation, @Nullable Duration retryAfter) {
		return Duration.ofMillis(this.pace.next(state(operation), retryAfter));
	}

	private PollingState state(PolledOperation operation) {
		return new PollingState(operation.id(), operation.kind(), operation.lastSeen(), operation.age(now()),
				operation.polls(), this.admission.pollsPerSecond());
	}

	/**
	 * Have the schedule learn from an operation that ended some time ago.
	 * @param kind what it was about, if that is known
	 * @param duration how long it took
	 */
	public void learn(@Nullable String kind, Duration duration) {
		this.pace.learn(new ObservedRun(kind, Duration.ZERO, duration, true));
	}

	/**
	 * Return the age from which on operations of a kind are stuck.
	 * @param kind the kind, if it is known
	 * @return the age
	 */
	public Duration unusualAge(@Nullable String kind) {
		return this.pace.unusualAge(kind);
	}

	/**
	 * Return what the schedule has learned of how long operations take.
	 * @return what is known by kind, nothing if it does not learn
	 */
	public Map<String, LearnedDurations> learned() {
		return this.pace.learned();
	}

	/**
	 * Return how many more operations may be taken in hand now: those whose poll leaves
	 * within a tenth of a second. None during a pause; while the endpoint is away one at
	 * a time, to find out whether it is back.
	 * @return the number of operations
	 */
	public synchronized int room() {
		if (!this.admission.paused().isZero()) {
			return 0;
		}
		if (this.outage.isOn()) {
			return this.outage.mayProbe() ? 1 : 0;
		}
		int ahead = (int) Math.ceil(this.admission.pollsPerSecond() * AHEAD_SECONDS);
		int free = Math.min(ahead, this.admission.inFlightLimit() - this.admission.inFlight())
				- this.admission.queued();
		int share = Math.max(1, this.admission.inFlightLimit() / SHARE) - this.taken;
		return Math.max(0, Math.min(this.maxInFlight - this.taken, Math.max(free, Math.min(share, ahead))));
	}

	/**
	 * Return when there may be room again that nobody makes.
	 * @return the time from now, zero if room is made by what is in hand alone
	 */
	public Duration untilRoom() {
		Duration pause = this.admission.paused();
		if (this.outage.isOn()) {
			long left = this.outage.nextLook() - monotonic();
			return (left > pause.toMillis()) ? Duration.ofMillis(left) : pause;
		}
		return pause;
	}

	/**
	 * Note that operations were taken in hand. Each is to be {@link #handedBack()}.
	 * @param number how many
	 */
	public synchronized void taken(int number) {
		this.taken += number;
		this.outage.underWay(number);
	}

	/**
	 * Note that an operation is no longer in hand: its poll is over, or there was none.
	 */
	public synchronized void handedBack() {
		if (this.taken > 0) {
			this.taken--;
			this.outage.underWay(-1);
		}
	}

	/**
	 * Note that nothing is in hand: whoever keeps operations begins or ends. What it has
	 * in hand when it ends may never be handed back.
	 */
	public synchronized void begin() {
		this.outage.underWay(-this.taken);
		this.taken = 0;
	}

	/**
	 * Return whether the endpoint does not answer at present, or refuses the credentials.
	 * @return {@code true} while health is DOWN
	 */
	public boolean isEndpointAway() {
		return this.outage.isAway();
	}

	/**
	 * Return how long all calls are still held back.
	 * @return the time, zero if there is no pause
	 */
	public Duration paused() {
		return this.admission.paused();
	}

	/**
	 * Return how many polls may leave in a second.
	 * @return the number of polls
	 */
	public double pollsPerSecond() {
		return this.admission.pollsPerSecond();
	}

	/**
	 * Return how many calls may be under way at most.
	 * @return the number of calls
	 */
	public int maxInFlight() {
		return this.maxInFlight;
	}

	/**
	 * Return where all waiting is done.
	 * @return the scheduler
	 */
	public Scheduler scheduler() {
		return this.scheduler;
	}

	/**
	 * Return the present time.
	 * @return the time of the local clock, in milliseconds
	 */
	public Instant now() {
		return Instant.ofEpochMilli(this.scheduler.now(TimeUnit.MILLISECONDS));
	}

	private long monotonic() {
		return TimeUnit.NANOSECONDS.toMillis(this.scheduler.now(TimeUnit.NANOSECONDS));
	}

}
