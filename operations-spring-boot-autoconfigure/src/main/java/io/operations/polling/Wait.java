package io.operations.polling;

import java.time.Duration;
import java.time.Instant;

import io.operations.Operation;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationTimeoutException;
import io.operations.OperationWait;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/**
 * The waiting for one operation: what is known of it, and those whom to tell. Polls of
 * one operation never overlap, so that only one thread at a time changes what is known.
 */
final class Wait {

	private final Sinks.Many<Operation> told = Sinks.many().replay().latest();

	/**
	 * The next poll while it is planned, the poll itself while it is under way.
	 */
	private final Disposable.Swap current = Disposables.swap();

	private final String operationId;

	private final long began;

	/**
	 * How many wait. Changed under the lock of the poller's map alone.
	 */
	private int waiters = 1;

	private volatile int polls;

	private volatile @Nullable Operation lastSeen;

	private volatile @Nullable Throwable lastFault;

	private volatile @Nullable String lastRequestId;

	private volatile long created;

	private final StatusCounts counts;

	// Guarded by "this": a wait may end while its status changes.
	private boolean counted;

	private boolean over;

	private @Nullable OperationStatus countedAs;

	Wait(String operationId, long now, StatusCounts counts) {
		this.counts = counts;
		this.operationId = operationId;
		this.began = now;
		this.created = now;
	}

	String operationId() {
		return this.operationId;
	}

	long began() {
		return this.began;
	}

	Disposable.Swap current() {
		return this.current;
	}

	@Nullable Operation lastSeen() {
		return this.lastSeen;
	}

	Flux<Operation> operations() {
		return this.told.asFlux();
	}

	void join() {
		this.waiters++;
	}

	boolean leave() {
		return --this.waiters == 0;
	}

	@SuppressWarnings("NonAtomicVolatileUpdate")
	void seen(OperationSnapshot snapshot, long now) {
		Operation operation = snapshot.operation();
		this.polls++;
		this.lastSeen = operation;
		this.lastRequestId = snapshot.requestId();
		this.lastFault = null;
		Instant createdAt = operation.createdAt();
		if (createdAt != null) {
			// The age is the server's; only the time since the answer is ours.
			long age = Duration.between(createdAt, snapshot.serverTime()).toMillis();
			this.created = Math.min(now - age, this.began);
		}
	}

	@SuppressWarnings("NonAtomicVolatileUpdate")
	void failed(Throwable fault) {
		this.polls++;
		this.lastFault = fault;
	}

	synchronized void count(@Nullable OperationStatus status) {
		if (!this.over) {
			countOff();
			this.counts.of(status).incrementAndGet();
			this.countedAs = status;
			this.counted = true;
		}
	}

	synchronized void countOut() {
		countOff();
		this.over = true;
	}

	private void countOff() {
		if (this.counted) {
			this.counts.of(this.countedAs).decrementAndGet();
			this.counted = false;
		}
	}

	void tell(Operation operation) {
		this.told.emitNext(operation, untilSerial());
	}

	void complete() {
		this.told.emitComplete(untilSerial());
	}

	void fail(Throwable reason) {
		this.told.emitError(reason, untilSerial());
	}

	// Only the end of a wait by closing can meet another signal, and only for an instant.
	private static Sinks.EmitFailureHandler untilSerial() {
		return Sinks.EmitFailureHandler.busyLooping(Duration.ofSeconds(10));
	}

	PollingState state(long now) {
		return new PollingState(this.operationId, this.lastSeen, Duration.ofMillis(Math.max(0, now - this.created)),
				this.polls);
	}

	OperationWait summary(long now) {
		return new OperationWait(this.operationId, this.lastSeen, this.polls, this.lastRequestId,
				Duration.ofMillis(now - this.began));
	}

	OperationTimeoutException timeout(Duration timeout) {
		return new OperationTimeoutException(this.operationId, timeout, this.lastSeen, this.polls, this.lastFault);
	}

}
