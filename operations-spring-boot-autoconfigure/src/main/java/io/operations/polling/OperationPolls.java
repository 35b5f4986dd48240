package io.operations.polling;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
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
 * Polls operations that another component keeps, for instance in a database, and says
 * when each is due again. A store that holds its open operations in memory hands them to
 * the {@link #poller()} instead.
 * <p>
 * The keeper takes no more operations in hand than {@link #room()} allows, and calls
 * {@link #handedBack()} for each when it is done. A poll that may leave then leaves at
 * once. During a pause or an outage the operations stay with their keeper. Thread-safe.
 *
 * @since 0.1.0
 */
public final class OperationPolls {

	// Operations are taken in hand ahead of the permits, so that no permit stays unused.
	private static final double AHEAD_SECONDS = 0.1;

	// The guaranteed part of the requests in flight, however many polls of the template's
	// own waits are queued.
	private static final int SHARE = 4;

	private final String client;

	private final OperationFetcher fetcher;

	private final Admission admission;

	private final int maxInFlight;

	private final Pace pace;

	private final Scheduler scheduler;

	private final OperationsListener listener;

	private final Outage outage;

	private final OperationPoller poller;

	// Guarded by "this"; nothing foreign is called while it is held.
	private int taken;

	/**
	 * Create the polls of a template.
	 * @param client the name of the client
	 * @param fetcher makes one attempt, admitted by its {@link Turn}
	 * @param admission admits the attempts and knows how many may leave
	 * @param maxInFlight the highest number of requests in flight
	 * @param schedule decides when an operation is polled next
	 * @param settings the bounds of the intervals
	 * @param scheduler the clock
	 * @param listener notified of the statuses that polls see
	 * @param outage the shared knowledge of outages
	 * @param poller polls the operations of stores that hold them in memory
	 */
	public OperationPolls(String client, OperationFetcher fetcher, Admission admission, int maxInFlight,
			PollingSchedule schedule, PollingSettings settings, Scheduler scheduler, OperationsListener listener,
			Outage outage, OperationPoller poller) {
		this.client = client;
		this.fetcher = fetcher;
		this.admission = admission;
		this.maxInFlight = maxInFlight;
		this.pace = new Pace(schedule, settings);
		this.scheduler = scheduler;
		this.listener = listener;
		this.outage = outage;
		this.poller = poller;
	}

	/**
	 * Return the poller of the template, which also polls held operations.
	 * @return the poller
	 */
	public OperationPoller poller() {
		return this.poller;
	}

	/**
	 * Poll an operation once, without a retry. The caller reports the outcome to
	 * {@link #seen} or {@link #failed}.
	 * @param operation the operation
	 * @param due the time at which the poll became due
	 * @return the response, or the error of the poll; empty if an outage has begun in the
	 * meantime, so that no poll is sent
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
						"An OperationFetcherDecorator completed without a result for operation '" + operation.id()
								+ "'. Let the decorator emit the result of the next fetcher, or an error.",
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
	 * Record the response to a poll, and let the schedule learn from it.
	 * @param operation the operation as known before the poll
	 * @param snapshot the response
	 * @return the operation as known now
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
	 * Record that a poll failed.
	 * @param operation the operation as known before the poll
	 * @param fault the error of the poll
	 * @return the operation as known now
	 */
	public PolledOperation failed(PolledOperation operation, Throwable fault) {
		if (fault instanceof OperationsClosedException) {
			return operation;
		}
		this.outage.failed(fault);
		return operation.failed(fault, now());
	}

	/**
	 * Return the time to the first poll of an operation that was handed over just now.
	 * @param operation the operation
	 * @param retryAfter the shortest time, {@code null} if the server named none
	 * @return the time from now
	 */
	public Duration firstPoll(PolledOperation operation, @Nullable Duration retryAfter) {
		return Duration.ofMillis(this.pace.first(state(operation), retryAfter));
	}

	/**
	 * Return the time to the next poll of an operation that was polled before, at a time
	 * that is not known. Spread over the whole interval, as if the polls had gone on.
	 * @param operation the operation
	 * @return the time from now
	 */
	public Duration resume(PolledOperation operation) {
		return Duration
			.ofMillis((long) (this.pace.next(state(operation), null) * ThreadLocalRandom.current().nextDouble()));
	}

	/**
	 * Return the time to the next poll of an operation.
	 * @param operation the operation as known after its last poll
	 * @param retryAfter the shortest time, {@code null} if the server named none
	 * @return the time from now
	 */
	public Duration nextPoll(PolledOperation operation, @Nullable Duration retryAfter) {
		return Duration.ofMillis(this.pace.next(state(operation), retryAfter));
	}

	/**
	 * Return the time to the poll after one that the server throttled. That poll has seen
	 * nothing, so the schedule's interval is the longest time.
	 * @param operation the operation as known after its last poll
	 * @param retryAfter the shortest time, {@code null} if the server named none
	 * @return the time from now
	 */
	public Duration nextPollAfterThrottling(PolledOperation operation, @Nullable Duration retryAfter) {
		return Duration.ofMillis(this.pace.again(state(operation), retryAfter));
	}

	private PollingState state(PolledOperation operation) {
		return new PollingState(operation.id(), operation.kind(), operation.lastSeen(), operation.age(now()),
				operation.polls(), this.admission.pollsPerSecond());
	}

	/**
	 * Let the schedule learn from an operation that ended some time ago.
	 * @param kind the kind of the operation, {@code null} if it is unknown
	 * @param duration the time that the operation took
	 */
	public void learn(@Nullable String kind, Duration duration) {
		this.pace.learn(new ObservedRun(kind, Duration.ZERO, duration, true));
	}

	/**
	 * Return the age from which operations of a kind are stuck.
	 * @param kind the kind, {@code null} if it is unknown
	 * @return the age that the schedule has learned, otherwise
	 * {@code operations.polling.stuck-after}
	 */
	public Duration unusualAge(@Nullable String kind) {
		return this.pace.unusualAge(kind);
	}

	/**
	 * Return the durations that the schedule has learned.
	 * @return the learned durations by kind, empty if the schedule does not learn
	 */
	public Map<String, LearnedDurations> learned() {
		return this.pace.learned();
	}

	/**
	 * Return durations of each kind from which {@link #learn} of another process can
	 * learn what the schedule has learned.
	 * @return durations in the order in which they are to be learned, empty if the
	 * schedule does not learn
	 */
	public Map<String, List<Duration>> samples() {
		return this.pace.samples();
	}

	/**
	 * Return the number of further operations that may be taken in hand now, because
	 * their polls can leave within a tenth of a second. The number is zero during a
	 * pause. During an outage one operation at a time probes whether the server answers.
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
	 * Return the time until a pause ends or the next probe of an outage is due, so that
	 * there may be {@link #room()} again.
	 * @return the time from now; zero if only {@link #handedBack()} can make room
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
	 * Record that operations were taken in hand. The caller calls {@link #handedBack()}
	 * for each.
	 * @param number the number of operations
	 */
	public synchronized void taken(int number) {
		this.taken += number;
		this.outage.underWay(number);
	}

	/**
	 * Record that an operation is no longer in hand: its poll is over, or no poll was
	 * sent.
	 */
	public synchronized void handedBack() {
		if (this.taken > 0) {
			this.taken--;
			this.outage.underWay(-1);
		}
	}

	/**
	 * Record that no operation is in hand, because the keeper of the operations starts or
	 * stops. It may never hand back the operations that it has in hand when it stops.
	 */
	public synchronized void begin() {
		this.outage.underWay(-this.taken);
		this.taken = 0;
	}

	/**
	 * Return whether the server is unavailable at present or rejects the credentials.
	 * @return {@code true} while passive health is DOWN
	 */
	public boolean isEndpointAway() {
		return this.outage.isAway();
	}

	/**
	 * Return the remaining time of the pause that holds all requests back.
	 * @return the time, zero if there is no pause
	 */
	public Duration paused() {
		return this.admission.paused();
	}

	/**
	 * Return the number of polls per second that the account's limits allow at present.
	 * @return the number of polls
	 */
	public double pollsPerSecond() {
		return this.admission.pollsPerSecond();
	}

	/**
	 * Return how many instances have a part of the rate, if instances share it.
	 * @return the number of instances that send, including this one; 0 if each instance
	 * has a rate of its own
	 */
	public int senders() {
		return this.admission.senders();
	}

	/**
	 * Return the highest number of requests in flight.
	 * @return the number of requests
	 */
	public int maxInFlight() {
		return this.maxInFlight;
	}

	/**
	 * Return the name of the client.
	 * @return the name
	 */
	public String client() {
		return this.client;
	}

	/**
	 * Return the scheduler of the template's timers.
	 * @return the scheduler
	 */
	public Scheduler scheduler() {
		return this.scheduler;
	}

	/**
	 * Return the present time.
	 * @return the time of the local clock, in whole milliseconds
	 */
	public Instant now() {
		return Instant.ofEpochMilli(this.scheduler.now(TimeUnit.MILLISECONDS));
	}

	private long monotonic() {
		return TimeUnit.NANOSECONDS.toMillis(this.scheduler.now(TimeUnit.NANOSECONDS));
	}

}
