package io.operations.internal.polling;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import io.operations.internal.resilience.PollCapacity;
import io.operations.polling.LearnedDurations;
import io.operations.polling.ObservedRun;
import io.operations.polling.PollingState;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Decides when the operations of a store are polled. The store hands its open operations
 * to the {@link #poller()}, which polls them as it polls for waits. Thread-safe.
 *
 * @since 0.1.0
 */
public final class OperationPolls {

	private final String client;

	private final Duration retention;

	private final PollCapacity capacity;

	private final int maxInFlight;

	private final PollDelays delays;

	private final Scheduler scheduler;

	private final Outage outage;

	private final Poller poller;

	/**
	 * Create the polls of a template.
	 * @param client the name of the client
	 * @param retention how long the server keeps an operation
	 * @param capacity how many polls the account has capacity for
	 * @param maxInFlight the highest number of requests in flight
	 * @param scheduler the clock
	 * @param outage the shared knowledge of outages
	 * @param poller polls the operations of stores that hold them in memory. Its schedule
	 * decides when an operation is polled next
	 */
	public OperationPolls(String client, Duration retention, PollCapacity capacity, int maxInFlight,
			Scheduler scheduler, Outage outage, Poller poller) {
		this.client = client;
		this.retention = retention;
		this.capacity = capacity;
		this.maxInFlight = maxInFlight;
		this.delays = poller.delays();
		this.scheduler = scheduler;
		this.outage = outage;
		this.poller = poller;
	}

	/**
	 * Return the poller of the template, which also polls held operations.
	 * @return the poller
	 */
	public Poller poller() {
		return this.poller;
	}

	/**
	 * Return the time to the first poll of an operation that was handed over just now.
	 * @param operation the operation
	 * @param retryAfter the shortest time, {@code null} if the server named none
	 * @return the time from now
	 */
	public Duration firstPoll(PolledOperation operation, @Nullable Duration retryAfter) {
		return Duration.ofMillis(this.delays.first(state(operation), retryAfter));
	}

	/**
	 * Return the time to the next poll of an operation that was polled before, at an
	 * unknown time. The time is random within the whole interval, as if the polls had
	 * never stopped.
	 * @param operation the operation
	 * @return the time from now
	 */
	public Duration resume(PolledOperation operation) {
		return Duration
			.ofMillis((long) (nextPoll(operation, null).toMillis() * ThreadLocalRandom.current().nextDouble()));
	}

	/**
	 * Return the time to the next poll of an operation. An operation that is scheduled
	 * for later is polled after a twentieth of the time for which it is known, at least
	 * {@code operations.polling.max-interval} and at most ten minutes. The time is longer
	 * if all scheduled operations would otherwise take more than a tenth of the polls.
	 * @param operation the operation as known after its last poll
	 * @param retryAfter the shortest time, {@code null} if the server named none
	 * @return the time from now
	 */
	public Duration nextPoll(PolledOperation operation, @Nullable Duration retryAfter) {
		return operation.isScheduled() ? scheduled(operation, retryAfter)
				: Duration.ofMillis(this.delays.next(state(operation), retryAfter));
	}

	/**
	 * Return the time to the poll after one that the server throttled. That poll has seen
	 * nothing, so the next poll is due after {@code operations.polling.min-interval} or,
	 * if it is shorter, the schedule's interval.
	 * @param operation the operation as known after its last poll
	 * @param retryAfter the shortest time, {@code null} if the server named none
	 * @return the time from now
	 */
	public Duration nextPollAfterThrottling(PolledOperation operation, @Nullable Duration retryAfter) {
		return operation.isScheduled() ? scheduled(operation, retryAfter)
				: Duration.ofMillis(this.delays.again(state(operation), retryAfter));
	}

	private Duration scheduled(PolledOperation operation, @Nullable Duration retryAfter) {
		return Duration.ofMillis(this.delays.scheduled(Duration.between(operation.since(), now()).toMillis(),
				this.poller.held().scheduled(), this.capacity.pollsPerSecond(), retryAfter));
	}

	private PollingState state(PolledOperation operation) {
		return new PollingState(operation.id(), operation.kind(), operation.lastSeen(), operation.age(now()),
				operation.polls(), this.capacity.pollsPerSecond());
	}

	/**
	 * Let the schedule learn from an operation that ended some time ago.
	 * @param kind the kind of the operation, {@code null} if it is unknown
	 * @param duration the time that the operation took
	 */
	public void learn(@Nullable String kind, Duration duration) {
		this.delays.learn(new ObservedRun(kind, Duration.ZERO, duration, true));
	}

	/**
	 * Return the age from which operations of a kind are stuck.
	 * @param kind the kind, {@code null} if it is unknown
	 * @return the age that the schedule has learned, otherwise
	 * {@code operations.polling.stuck-after}
	 */
	public Duration unusualAge(@Nullable String kind) {
		return this.delays.unusualAge(kind);
	}

	/**
	 * Return the durations that the schedule has learned.
	 * @return the learned durations by kind, empty if the schedule does not learn
	 */
	public Map<String, LearnedDurations> learned() {
		return this.delays.learned();
	}

	/**
	 * Return durations of each kind. A process that passes them to {@link #learn} learns
	 * what the schedule has learned.
	 * @return durations in the order in which they are to be learned, empty if the
	 * schedule does not learn
	 */
	public Map<String, List<Duration>> samples() {
		return this.delays.samples();
	}

	/**
	 * Return whether the server is unavailable at present or rejects the credentials.
	 * @return {@code true} while passive health is DOWN
	 */
	public boolean isServerUnavailable() {
		return this.outage.isServerUnavailable();
	}

	/**
	 * Return the remaining time of the pause that holds all requests back.
	 * @return the time, zero if there is no pause
	 */
	public Duration paused() {
		return this.capacity.paused();
	}

	/**
	 * Return whether an operator began that pause.
	 * @return {@code false} if the server began it, or there is none
	 */
	public boolean isPausedByOperator() {
		return this.capacity.operatorPause().isOn();
	}

	/**
	 * Hold all requests of the account back for an operator, unless they are held back
	 * for longer.
	 * @param pause how long
	 * @return whether all instances do so, and not only this one. Fails if the store of
	 * the shared rate does not answer; nothing has changed then
	 */
	public Mono<Boolean> pause(Duration pause) {
		return this.capacity.operatorPause().begin(pause);
	}

	/**
	 * Send the requests of the account again for an operator, whoever began the pause.
	 * @return the same as {@link #pause(Duration)}
	 */
	public Mono<Boolean> unpause() {
		return this.capacity.operatorPause().end();
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
	 * Return how long the server keeps an operation.
	 * @return the time that the product documents, otherwise 7 days
	 */
	public Duration retention() {
		return this.retention;
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

}
