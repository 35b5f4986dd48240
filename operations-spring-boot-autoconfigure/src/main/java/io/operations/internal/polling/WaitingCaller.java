package io.operations.internal.polling;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import io.operations.Operation;
import io.operations.OperationSnapshot;
import io.operations.OperationsErrorResponse;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.MonoSink;

/**
 * Represents one caller that waits for an operation until a deadline. It is notified of
 * one change of the {@link AwaitedOperation} at a time, whichever threads bring the
 * changes.
 */
abstract class WaitingCaller extends DueItem {

	private static final Log logger = LogFactory.getLog(WaitingCaller.class);

	// An AtomicInteger for each caller would take 16 bytes more.
	private static final AtomicIntegerFieldUpdater<WaitingCaller> NOTIFYING = AtomicIntegerFieldUpdater
		.newUpdater(WaitingCaller.class, "notifying");

	@SuppressWarnings("UnusedVariable") // NOTIFYING reads and writes it.
	private volatile int notifying;

	private final AwaitedOperation awaited;

	private final Duration timeout;

	private final boolean ownTimeout;

	private final Map<String, String> related;

	private final boolean accepted;

	// The neighbours in the list of callers for the same operation. Guarded by the
	// poller.
	@Nullable WaitingCaller previous;

	@Nullable WaitingCaller next;

	private boolean gone;

	// The reason why this caller ends before the wait does.
	private volatile @Nullable Throwable givenUp;

	private boolean done;

	WaitingCaller(long number, AwaitedOperation awaited, PollingTarget target, Timeout timeout, long now) {
		super(number);
		this.awaited = awaited;
		this.related = target.related();
		this.accepted = target.accepted();
		this.timeout = timeout.time();
		this.ownTimeout = timeout.isOwn();
		at(now + this.timeout.toMillis());
	}

	AwaitedOperation awaited() {
		return this.awaited;
	}

	Duration timeout() {
		return this.timeout;
	}

	/**
	 * Return whether the caller passed the timeout.
	 * @return {@code false} if the timeout is that of the settings
	 */
	boolean isOwnTimeout() {
		return this.ownTimeout;
	}

	/**
	 * Return the operation as last seen, completed with the related ids of this caller.
	 * @return the operation, {@code null} if it was not seen yet
	 */
	@Nullable Operation lastSeen() {
		return AcceptedRelated.fillIfSeen(this.awaited.operation(), this.related);
	}

	/**
	 * Return whether this caller trusts a 404.
	 * @param now the present time, at which a poll got a 404
	 * @return whether this caller ends with the 404
	 */
	boolean believesNotFound(long now) {
		long began = at() - this.timeout.toMillis();
		return NotFound.isBelieved(this.awaited.wasSeen(), this.accepted ? now - began : Long.MAX_VALUE,
				now - this.awaited.notFoundSince());
	}

	/**
	 * Record that this caller waits no longer. Guarded by the poller.
	 * @return {@code false} if that was recorded before
	 */
	boolean go() {
		boolean before = this.gone;
		this.gone = true;
		return !before;
	}

	void giveUp(Throwable reason) {
		this.givenUp = reason;
		notifySubscriber();
	}

	/**
	 * Notify the subscriber of changes and, once the wait has ended, of its outcome.
	 */
	final void notifySubscriber() {
		if (NOTIFYING.getAndIncrement(this) != 0) {
			return;
		}
		int missed = 1;
		while (missed != 0) {
			try {
				notifyOnce();
			}
			catch (RuntimeException | Error ex) {
				// A subscriber's error must not keep other waits from being notified.
				logger.warn("A subscriber to the wait for operation '"
						+ OperationsErrorResponse.printable(this.awaited.operationId())
						+ "' threw an exception. The poller notifies the other subscribers. Fix the subscriber.", ex);
			}
			missed = NOTIFYING.addAndGet(this, -missed);
		}
	}

	private void notifyOnce() {
		if (this.done) {
			return;
		}
		// Read before the operation, so that an operation seen before the end is not
		// missed.
		Throwable own = this.givenUp;
		Object end = this.awaited.end();
		LastSeen seen = this.awaited.lastSeen();
		// A terminal operation is emitted with the end, after all listeners were
		// notified.
		if (seen != null && (end instanceof OperationSnapshot || !seen.withoutUrl().isTerminal())) {
			seen(seen);
		}
		if (end instanceof Throwable reason) {
			this.done = true;
			fail(reason);
		}
		else if (end instanceof OperationSnapshot snapshot) {
			this.done = true;
			complete(AcceptedRelated.fill(snapshot, this.related));
		}
		else if (own != null) {
			this.done = true;
			fail(own);
		}
	}

	Operation filled(LastSeen seen) {
		return AcceptedRelated.fill(seen.operation(), this.related);
	}

	abstract void seen(LastSeen seen);

	abstract void complete(OperationSnapshot snapshot);

	abstract void fail(Throwable reason);

	/**
	 * Holds the timeout of a caller.
	 *
	 * @param time the time from the subscription to the deadline
	 * @param isOwn whether the caller passed it
	 */
	record Timeout(Duration time, boolean isOwn) {
	}

	/**
	 * Waits for the operation's end.
	 */
	static final class Awaiting extends WaitingCaller {

		private final MonoSink<OperationSnapshot> sink;

		Awaiting(long number, AwaitedOperation awaited, PollingTarget target, Timeout timeout, long now,
				MonoSink<OperationSnapshot> sink) {
			super(number, awaited, target, timeout, now);
			this.sink = sink;
		}

		@Override
		void seen(LastSeen seen) {
		}

		@Override
		void complete(OperationSnapshot snapshot) {
			this.sink.success(snapshot);
		}

		@Override
		void fail(Throwable reason) {
			this.sink.error(reason);
		}

	}

	/**
	 * Waits for each change. A slow subscriber gets the latest change only.
	 */
	static final class Watching extends WaitingCaller {

		private final FluxSink<Operation> sink;

		private @Nullable Operation last;

		Watching(long number, AwaitedOperation awaited, PollingTarget target, Timeout timeout, long now,
				FluxSink<Operation> sink) {
			super(number, awaited, target, timeout, now);
			this.sink = sink;
		}

		@Override
		void seen(LastSeen seen) {
			Operation operation = seen.withoutUrl();
			if (this.last == null || !this.last.hasStatusOf(operation)) {
				this.last = operation;
				this.sink.next(filled(seen));
			}
		}

		@Override
		void complete(OperationSnapshot snapshot) {
			this.sink.complete();
		}

		@Override
		void fail(Throwable reason) {
			this.sink.error(reason);
		}

	}

}
