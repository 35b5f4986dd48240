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
 * Represents one subscriber that waits for an operation until a deadline. It is notified
 * of one change of the {@link Wait} at a time, whichever threads bring the changes.
 */
abstract class Waiter extends Timed {

	private static final Log logger = LogFactory.getLog(Waiter.class);

	// An object for each waiter would take 16 bytes more.
	private static final AtomicIntegerFieldUpdater<Waiter> TELLING = AtomicIntegerFieldUpdater.newUpdater(Waiter.class,
			"telling");

	@SuppressWarnings("UnusedVariable") // TELLING reads and writes it.
	private volatile int telling;

	private final Wait wait;

	private final Duration timeout;

	private final boolean ownTimeout;

	private final Map<String, String> related;

	private final boolean accepted;

	// The other waiters for the same operation: guarded by the poller.
	@Nullable Waiter previous;

	@Nullable Waiter next;

	private boolean gone;

	// The reason why this waiter ends before the wait does.
	private volatile @Nullable Throwable givenUp;

	private boolean done;

	Waiter(long number, Wait wait, PollingTarget target, Timeout timeout, long now) {
		super(number);
		this.wait = wait;
		this.related = target.related();
		this.accepted = target.accepted();
		this.timeout = timeout.time();
		this.ownTimeout = timeout.isOwn();
		at(now + this.timeout.toMillis());
	}

	Wait waitedFor() {
		return this.wait;
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
	 * Return the operation as last seen, completed with the related ids of this waiter.
	 * @return the operation, {@code null} if it was not seen yet
	 */
	@Nullable Operation lastSeen() {
		return AcceptedRelated.fillIfSeen(this.wait.operation(), this.related);
	}

	/**
	 * Return whether this waiter trusts a 404.
	 * @param now the present time, at which a poll got a 404
	 * @return whether this waiter ends with the 404
	 */
	boolean believesNotFound(long now) {
		long began = at() - this.timeout.toMillis();
		return NotFound.isBelieved(this.wait.wasSeen(), this.accepted ? now - began : Long.MAX_VALUE,
				now - this.wait.notFoundSince());
	}

	/**
	 * Record that this waiter waits no longer. Guarded by the poller.
	 * @return {@code false} if that was recorded before
	 */
	boolean go() {
		boolean before = this.gone;
		this.gone = true;
		return !before;
	}

	void giveUp(Throwable reason) {
		this.givenUp = reason;
		tell();
	}

	/**
	 * Notify the subscriber of changes and, once the wait has ended, of its outcome.
	 */
	final void tell() {
		if (TELLING.getAndIncrement(this) != 0) {
			return;
		}
		int missed = 1;
		while (missed != 0) {
			try {
				tellOnce();
			}
			catch (RuntimeException | Error ex) {
				// A subscriber's error must not keep other waits from being notified.
				logger.warn("A subscriber to the wait for operation '"
						+ OperationsErrorResponse.printable(this.wait.operationId())
						+ "' threw an exception. The poller notifies the other subscribers. Fix the subscriber.", ex);
			}
			missed = TELLING.addAndGet(this, -missed);
		}
	}

	private void tellOnce() {
		if (this.done) {
			return;
		}
		// Read before the operation, so that an operation seen before the end is not
		// missed.
		Throwable own = this.givenUp;
		Object end = this.wait.end();
		LastSeen seen = this.wait.lastSeen();
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
	 * The timeout of a waiter.
	 *
	 * @param time the time from the subscription to the deadline
	 * @param isOwn whether the caller passed it
	 */
	record Timeout(Duration time, boolean isOwn) {
	}

	/**
	 * Waits for the operation's end.
	 */
	static final class Awaiting extends Waiter {

		private final MonoSink<OperationSnapshot> sink;

		Awaiting(long number, Wait wait, PollingTarget target, Timeout timeout, long now,
				MonoSink<OperationSnapshot> sink) {
			super(number, wait, target, timeout, now);
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
	static final class Watching extends Waiter {

		private final FluxSink<Operation> sink;

		private @Nullable Operation last;

		Watching(long number, Wait wait, PollingTarget target, Timeout timeout, long now, FluxSink<Operation> sink) {
			super(number, wait, target, timeout, now);
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
