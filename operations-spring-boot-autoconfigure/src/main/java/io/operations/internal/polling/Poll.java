package io.operations.internal.polling;

import io.operations.internal.PollOrigin;
import io.operations.internal.TraceParent;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;

/**
 * Represents one poll, from the moment at which it is handed to the admission until it is
 * over. A wait and a held operation of the same id share it. The poller's lock guards the
 * references to both.
 */
final class Poll implements PollOrigin {

	private final Disposable.Swap request = Disposables.swap();

	private final Polled first;

	private final boolean repeat;

	private final long due;

	private volatile boolean sent;

	// Set before the poll is handed over.
	private boolean probe;

	// Written while the poller is locked, read without the lock.
	private volatile @Nullable AwaitedOperation awaited;

	private @Nullable HeldPoll held;

	// Guarded by the dispatcher.
	private boolean ended;

	/**
	 * Create a poll without a recipient.
	 * @param polled the operation whose turn it is
	 */
	Poll(Polled polled) {
		this.first = polled;
		this.repeat = polled.isRepeated();
		this.due = polled.at();
	}

	Polled first() {
		return this.first;
	}

	String operationId() {
		return this.first.operationId();
	}

	/**
	 * Return whether this was a repeat poll when its turn came. The next poll of the
	 * operation may become a repeat poll meanwhile, because of a shared poll.
	 * @return {@code false} for a first poll
	 */
	boolean isRepeat() {
		return this.repeat;
	}

	/**
	 * Return whether this poll probes during an outage whether the server answers again.
	 * @return whether the poll leaves despite the outage
	 */
	boolean isProbe() {
		return this.probe;
	}

	void probe(boolean probe) {
		this.probe = probe;
	}

	/**
	 * Record that the poll is over.
	 * @return {@code false} if that was recorded before
	 */
	boolean markEnded() {
		boolean before = this.ended;
		this.ended = true;
		return !before;
	}

	long due() {
		return this.due;
	}

	/**
	 * Return whether the poll has left.
	 * @return {@code false} while the poll is queued in the admission
	 */
	boolean isSent() {
		return this.sent;
	}

	void sent(boolean sent) {
		this.sent = sent;
	}

	Disposable.Swap request() {
		return this.request;
	}

	void addRecipient(AwaitedOperation next) {
		this.awaited = next;
		next.pollInFlight(this);
	}

	void addRecipient(HeldPoll next) {
		this.held = next;
		next.pollInFlight(this);
	}

	@Nullable AwaitedOperation getAwaited() {
		return this.awaited;
	}

	@Nullable HeldPoll getHeld() {
		return this.held;
	}

	@Override
	public @Nullable TraceParent traceParent() {
		HeldPoll operation = this.held;
		return (operation != null) ? operation.traceParent() : null;
	}

	/**
	 * Record that a recipient no longer needs the response.
	 * @param polled the recipient
	 * @return whether it was the last one
	 */
	boolean leave(Polled polled) {
		polled.pollInFlight(null);
		if (polled.equals(this.awaited)) {
			this.awaited = null;
		}
		else if (polled.equals(this.held)) {
			this.held = null;
		}
		return this.awaited == null && this.held == null;
	}

}
