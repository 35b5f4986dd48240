package io.operations.internal.polling;

import java.util.List;

import io.operations.Operation;
import io.operations.OperationNotFoundException;
import io.operations.OperationSnapshot;
import io.operations.OperationsException;
import io.operations.OperationsThrottledException;
import io.operations.polling.ObservedRun;
import org.jspecify.annotations.Nullable;

/**
 * Records the results of polls in waits. After each result, it ends the wait or plans the
 * next poll.
 */
final class WaitResults {

	private final PollerParts parts;

	private final Object lock;

	private final Waits waits;

	private final WaitPlans plans;

	/**
	 * Create the object.
	 * @param parts what the classes of a poller share
	 * @param waits ends waits and notifies their callers
	 * @param plans plans the polls of waits
	 */
	WaitResults(PollerParts parts, Waits waits, WaitPlans plans) {
		this.parts = parts;
		this.lock = parts.lock();
		this.waits = waits;
		this.plans = plans;
	}

	/**
	 * Record a response.
	 * @param awaited the awaited operation
	 * @param snapshot the response
	 * @param shared whether a held operation shares the poll, so that its run is learned
	 * already
	 * @param known the operation as the held one knew it before, {@code null} if its
	 * status has not changed
	 * @param changedElsewhere whether the status of the held operation has changed
	 */
	void seen(AwaitedOperation awaited, OperationSnapshot snapshot, boolean shared, @Nullable Operation known,
			boolean changedElsewhere) {
		long now = this.parts.now();
		LastSeen previous = awaited.lastSeen();
		Operation operation = snapshot.operation();
		ObservedRun run = awaited.seen(snapshot, now);
		if (!shared) {
			this.parts.delays().learn(run);
		}
		boolean changed = previous == null || !previous.withoutUrl().hasStatusOf(operation);
		this.waits.seen(awaited, operation, changed);
		if (changed || changedElsewhere) {
			this.parts.listener()
				.statusSeen(this.parts.client(), snapshot, (previous != null) ? previous.operation() : known);
		}
		if (operation.isTerminal()) {
			this.waits.end(awaited, snapshot);
			return;
		}
		if (changed) {
			this.waits.notifyCallers(awaited);
		}
		this.plans.next(awaited, operation, snapshot.retryAfter(), now);
	}

	/**
	 * Record a failed poll.
	 * @param awaited the awaited operation
	 * @param fault the reason
	 */
	void failed(AwaitedOperation awaited, Throwable fault) {
		long now = this.parts.now();
		awaited.failed(fault, now);
		if (fault instanceof OperationNotFoundException notFound) {
			notFound(awaited, notFound, now);
			return;
		}
		if (!(fault instanceof OperationsException known && known.isTransient())) {
			this.waits.end(awaited, fault);
			return;
		}
		repeated(awaited);
		if (fault instanceof OperationsThrottledException throttled && !throttled.isLocal()) {
			this.plans.nextAfterThrottling(awaited, throttled.getRetryAfter(), now);
			return;
		}
		this.plans.next(awaited, awaited.operation(), known.getRetryAfter(), now);
	}

	// Ends the waits of callers that trust the 404, and continues to poll for the others.
	private void notFound(AwaitedOperation awaited, OperationNotFoundException fault, long now) {
		List<WaitingCaller> convinced = this.waits.callers(awaited);
		convinced.removeIf((caller) -> !caller.believesNotFound(now));
		convinced.forEach((caller) -> this.waits.leave(caller, fault));
		convinced.forEach((caller) -> caller.giveUp(fault));
		repeated(awaited);
		this.plans.next(awaited, awaited.operation(), fault.getRetryAfter(), now);
	}

	private void repeated(AwaitedOperation awaited) {
		synchronized (this.lock) {
			this.plans.repeated(awaited);
		}
	}

	/**
	 * Plan the poll after one whose result could not be recorded.
	 * @param awaited the awaited operation
	 * @return whether the wait still goes on
	 */
	boolean again(AwaitedOperation awaited) {
		return this.plans.nextAfterDefect(awaited);
	}

}
