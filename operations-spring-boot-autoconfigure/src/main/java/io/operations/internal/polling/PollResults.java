package io.operations.internal.polling;

import java.util.function.Consumer;

import io.operations.Operation;
import io.operations.OperationSnapshot;
import io.operations.OperationsErrorResponse;
import io.operations.OperationsException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Passes the result of a poll to the wait and to the held operation that share the poll,
 * and to the outage. If the result cannot be recorded, the poller polls both again.
 */
final class PollResults {

	private static final Log logger = LogFactory.getLog(PollResults.class);

	private final PollerParts parts;

	private final Object lock;

	private final PollDispatcher dispatcher;

	private final Outage outage;

	private final WaitResults waits;

	private final HeldResults held;

	private final PollReports reports;

	/**
	 * Create the object.
	 * @param parts what the classes of a poller share
	 * @param waits records the results of polls in waits
	 * @param held records the results of polls in held operations
	 * @param reports notifies listeners of the results
	 */
	PollResults(PollerParts parts, WaitResults waits, HeldResults held, PollReports reports) {
		this.parts = parts;
		this.lock = parts.lock();
		this.dispatcher = parts.dispatcher();
		this.outage = parts.outage();
		this.waits = waits;
		this.held = held;
		this.reports = reports;
	}

	/**
	 * Record the response to a poll.
	 * @param poll the poll
	 * @param snapshot the response
	 */
	void seen(Poll poll, OperationSnapshot snapshot) {
		OperationsException other = OtherOperationException.in(poll.operationId(), snapshot, this.parts.keyPrefix());
		if (other != null) {
			failed(poll, other);
			return;
		}
		serve(poll, (recipients) -> {
			this.reports.report(poll, recipients.awaited(), recipients.held(), snapshot.operation(), null);
			seen(recipients, snapshot);
		});
	}

	/**
	 * Record that a poll failed.
	 * @param poll the poll
	 * @param fault the reason
	 */
	void failed(Poll poll, Throwable fault) {
		serve(poll, (recipients) -> {
			this.outage.failed(fault);
			failed(poll, recipients, fault);
		});
	}

	/**
	 * Record that a poll could not be sent. This says nothing about the server.
	 * @param poll the poll
	 * @param fault the reason
	 */
	void broken(Poll poll, OperationsException fault) {
		serve(poll, (recipients) -> failed(poll, recipients, fault));
		this.dispatcher.ended(poll);
	}

	// Frees the wait and the held operation for their next polls. The result of this poll
	// goes to both.
	private Recipients release(Poll poll) {
		synchronized (this.lock) {
			Recipients recipients = new Recipients(poll.getAwaited(), poll.getHeld());
			if (recipients.awaited() != null) {
				poll.leave(recipients.awaited());
			}
			if (recipients.held() != null) {
				poll.leave(recipients.held());
			}
			return recipients;
		}
	}

	// Whatever fails on the way, the recipients must be polled again.
	private void serve(Poll poll, Consumer<Recipients> outcome) {
		Recipients recipients = release(poll);
		try {
			outcome.accept(recipients);
		}
		catch (RuntimeException | Error ex) {
			if (pollAgain(recipients)) {
				logger.error(notRecorded(this.parts.client(), poll.operationId()), ex);
			}
			// Reactor reports the end of the poll only after some of the errors.
			this.dispatcher.ended(poll);
			throw ex;
		}
	}

	private boolean pollAgain(Recipients recipients) {
		HeldPoll operation = recipients.held();
		AwaitedOperation awaited = recipients.awaited();
		boolean isHeld = operation != null && this.held.again(operation);
		boolean waits = awaited != null && this.waits.again(awaited);
		return isHeld || waits;
	}

	/**
	 * Return the message for a result that could not be recorded.
	 * @param client the name of the client
	 * @param operationId the operation's id
	 * @return the message
	 */
	static String notRecorded(String client, String operationId) {
		return "[" + client + "] The result of a poll of operation '" + OperationsErrorResponse.printable(operationId)
				+ "' could not be recorded. The poller polls it again in one minute. If this repeats, fix the cause"
				+ " below.";
	}

	private void seen(Recipients recipients, OperationSnapshot snapshot) {
		AwaitedOperation awaited = recipients.awaited();
		HeldPoll held = recipients.held();
		PolledOperation before = (held != null) ? held.polled() : null;
		PolledOperation.Sighting sighting = (before != null) ? before.seen(snapshot, this.parts.clock()) : null;
		Operation known = (before != null) ? before.lastSeen() : null;
		boolean heldChanged = held != null && !held.hasStatusOf(snapshot.operation());
		this.outage.succeeded();
		if (held != null && sighting != null) {
			this.parts.delays().learn(sighting.run());
			if (awaited == null && heldChanged) {
				this.parts.listener().statusSeen(this.parts.client(), snapshot, known);
			}
			this.held.seen(held, sighting.operation(), snapshot);
		}
		// Last, because callers may continue on this thread for as long as they like.
		if (awaited != null) {
			this.waits.seen(awaited, snapshot, sighting != null, heldChanged ? known : null, heldChanged);
		}
	}

	private void failed(Poll poll, Recipients recipients, Throwable fault) {
		this.reports.report(poll, recipients.awaited(), recipients.held(), null, fault);
		if (recipients.held() != null) {
			this.held.failed(recipients.held(), fault);
		}
		if (recipients.awaited() != null) {
			this.waits.failed(recipients.awaited(), fault);
		}
	}

	/**
	 * Names the wait and the held operation that share a poll.
	 *
	 * @param awaited the awaited operation, {@code null} if there is none
	 * @param held the held operation, {@code null} if there is none
	 */
	private record Recipients(@Nullable AwaitedOperation awaited, @Nullable HeldPoll held) {
	}

}
