package io.operations.polling;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.operations.Operation;
import io.operations.OperationFetcher;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationTimeoutException;
import io.operations.OperationsClosedException;
import io.operations.OperationsException;
import io.operations.OperationsListener;
import io.operations.OperationsRequestException;
import io.operations.OperationsThrottledException;
import io.operations.OperationsUnavailableException;
import io.operations.resilience.Turn;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Asks for operations until they end, once for all who wait for the same one. What fails
 * is asked again when its time comes; only the deadline, the operation's own end or a
 * fault that nothing will mend ends a wait.
 *
 * @since 0.1.0
 */
public final class OperationPoller {

	private final ConcurrentMap<String, Wait> waits = new ConcurrentHashMap<>();

	private final AtomicInteger waiters = new AtomicInteger();

	private final StatusCounts counts = new StatusCounts();

	private final String client;

	private final OperationFetcher fetcher;

	private final Pace pace;

	private final PollingSettings settings;

	private final Scheduler scheduler;

	private final OperationsListener listener;

	private volatile boolean closed;

	/**
	 * Create the poller.
	 * @param client the name of the client
	 * @param fetcher one attempt, admitted by its {@link Turn}
	 * @param schedule when to ask
	 * @param settings the bounds of waiting
	 * @param scheduler where all waiting is done
	 * @param listener told of waits and what they see
	 */
	public OperationPoller(String client, OperationFetcher fetcher, PollingSchedule schedule, PollingSettings settings,
			Scheduler scheduler, OperationsListener listener) {
		this.client = client;
		this.fetcher = fetcher;
		this.pace = new Pace(schedule, settings);
		this.settings = settings;
		this.scheduler = scheduler;
		this.listener = listener;
	}

	/**
	 * Watch an operation to its end. Emits on the thread on which an answer came or, for
	 * what is known already, on the subscriber's.
	 * @param operationId the operation's id
	 * @param retryAfter how long to wait at least before the first poll
	 * @param timeout the deadline, from the subscription on
	 * @return the operation as first seen, then whenever its status changes; completes
	 * after a terminal one, or fails with an {@link OperationsException}
	 */
	public Flux<Operation> watch(String operationId, @Nullable Duration retryAfter, Duration timeout) {
		return Flux.defer(() -> {
			OperationsRequestException.checkId(operationId);
			Wait wait = join(operationId, retryAfter);
			AtomicReference<@Nullable Throwable> timedOut = new AtomicReference<>();
			return wait.operations()
				.takeUntilOther(Mono.delay(timeout, this.scheduler).then(Mono.error(() -> wait.timeout(timeout))))
				.doOnError(OperationTimeoutException.class, timedOut::set)
				.doFinally((signal) -> leave(wait, timedOut.get()));
		});
	}

	private Wait join(String operationId, @Nullable Duration retryAfter) {
		if (this.waiters.incrementAndGet() > this.settings.maxWaiting()) {
			this.waiters.decrementAndGet();
			OperationsThrottledException refusal = new OperationsThrottledException("Operation '" + operationId
					+ "' is not waited for, since " + this.settings.maxWaiting()
					+ " waits are going on already (operations.polling.max-waiting). Wait for fewer, or raise it.",
					operationId, (Duration) null);
			this.listener.throttled(this.client, refusal);
			throw refusal;
		}
		Wait begun = new Wait(operationId, now(), this.counts);
		Wait wait = this.waits.compute(operationId, (id, present) -> {
			if (present == null) {
				return begun;
			}
			present.join();
			return present;
		});
		if (wait == begun) {
			wait.count(null);
			this.listener.waitBegan(this.client, operationId);
			schedule(wait, Turn.Kind.FIRST_POLL, this.pace.first(retryAfter));
		}
		if (this.closed) {
			end(wait, new OperationsClosedException(this.client, operationId));
		}
		return wait;
	}

	private void leave(Wait wait, @Nullable Throwable timedOut) {
		this.waiters.decrementAndGet();
		boolean[] abandoned = new boolean[1];
		this.waits.computeIfPresent(wait.operationId(), (id, present) -> {
			abandoned[0] = present == wait && wait.leave();
			return (abandoned[0]) ? null : present;
		});
		if (abandoned[0]) {
			over(wait, (timedOut != null) ? timedOut
					: new CancellationException("Nobody waits for operation '" + wait.operationId() + "' any longer"));
		}
	}

	private void schedule(Wait wait, Turn.Kind kind, long delay) {
		long due = now() + delay;
		this.listener.pollScheduled(this.client, wait.operationId(), Duration.ofMillis(delay));
		// In place before the poll can begin, which it may do before "schedule" returns:
		// what is put in its place afterwards would end a poll that is under way.
		Disposable.Swap planned = Disposables.swap();
		wait.current().replace(planned);
		planned.replace(this.scheduler.schedule(() -> poll(wait, new Turn(kind, due)), delay, TimeUnit.MILLISECONDS));
	}

	private void poll(Wait wait, Turn turn) {
		// Deferred, so that what a decorator throws is a fault of this poll.
		Mono.defer(() -> this.fetcher.fetch(wait.operationId()))
			.contextWrite((context) -> context.put(Turn.class, turn))
			// Known before it can answer, so that the answer's next poll is not undone.
			.doOnSubscribe((subscription) -> wait.current().replace(subscription::cancel))
			.switchIfEmpty(Mono.error(() -> new OperationsUnavailableException(
					"A decorator swallowed the answer for operation '" + wait.operationId() + "'", wait.operationId(),
					new IllegalStateException("empty Mono"))))
			.subscribe((snapshot) -> seen(wait, snapshot), (fault) -> failed(wait, fault));
	}

	private void seen(Wait wait, OperationSnapshot snapshot) {
		long now = now();
		Operation previous = wait.lastSeen();
		Operation operation = snapshot.operation();
		this.pace.succeeded();
		wait.seen(snapshot, now);
		boolean changed = previous == null || !previous.statusText().equals(operation.statusText());
		if (changed) {
			wait.count(operation.status());
			this.listener.statusSeen(this.client, snapshot, previous);
		}
		if (operation.isTerminal()) {
			complete(wait, operation);
		}
		else {
			if (changed) {
				wait.tell(operation);
			}
			schedule(wait, Turn.Kind.REPEAT_POLL, this.pace.next(wait.state(now), snapshot.retryAfter(), now));
		}
	}

	private void failed(Wait wait, Throwable fault) {
		long now = now();
		wait.failed(fault);
		if (!(fault instanceof OperationsException known && known.isTransient())) {
			end(wait, fault);
			return;
		}
		if (!(fault instanceof OperationsThrottledException throttled && throttled.isLocal())) {
			this.pace.failed(now);
		}
		schedule(wait, Turn.Kind.REPEAT_POLL, this.pace.next(wait.state(now), known.getRetryAfter(), now));
	}

	private void complete(Wait wait, Operation operation) {
		if (remove(wait, null)) {
			wait.tell(operation);
			wait.complete();
		}
	}

	private void end(Wait wait, Throwable reason) {
		if (remove(wait, reason)) {
			wait.fail(reason);
		}
	}

	private boolean remove(Wait wait, @Nullable Throwable reason) {
		boolean removed = this.waits.remove(wait.operationId(), wait);
		if (removed) {
			over(wait, reason);
		}
		return removed;
	}

	private void over(Wait wait, @Nullable Throwable reason) {
		wait.current().dispose();
		wait.countOut();
		this.listener.waitEnded(this.client, wait.summary(now()), reason);
	}

	/**
	 * End all waits with an {@link OperationsClosedException}, and refuse further ones.
	 */
	public void close() {
		this.closed = true;
		for (Wait wait : List.copyOf(this.waits.values())) {
			end(wait, new OperationsClosedException(this.client, wait.operationId()));
		}
	}

	/**
	 * Return how many operations are waited for.
	 * @return the number of operations
	 */
	public int waiting() {
		return this.waits.size();
	}

	/**
	 * Return how many operations are waited for that were last seen with a status.
	 * @param status the status, {@code null} for operations that were not seen yet
	 * @return the number of operations
	 */
	public int waiting(@Nullable OperationStatus status) {
		return this.counts.of(status).get();
	}

	/**
	 * Return the age of the oldest wait.
	 * @return its age, zero if there is none
	 */
	public Duration oldestWait() {
		long now = now();
		long began = this.waits.values().stream().mapToLong(Wait::began).min().orElse(now);
		return Duration.ofMillis(now - began);
	}

	private long now() {
		return this.scheduler.now(TimeUnit.MILLISECONDS);
	}

}
