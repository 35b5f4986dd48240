package io.operations.internal.polling;

import io.operations.OperationSnapshot;
import io.operations.OperationsException;
import io.operations.OperationsUnavailableException;
import io.operations.internal.resilience.RequestPriority;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Sends the polls that the dispatcher hands over. A wait and a held operation of the same
 * id share a poll. The sender hands the result of each poll to {@link PollResults}.
 */
final class PollSender {

	private final PollerParts parts;

	private final Object lock;

	private final PollDispatcher dispatcher;

	private final WaitRegistry registry;

	private final HeldPolls held;

	private final PollResults results;

	/**
	 * Create the sender of polls.
	 * @param parts what the classes of a poller share
	 * @param registry the waits by id
	 * @param held the held operations
	 * @param results records the results of the polls
	 */
	PollSender(PollerParts parts, WaitRegistry registry, HeldPolls held, PollResults results) {
		this.parts = parts;
		this.lock = parts.lock();
		this.dispatcher = parts.dispatcher();
		this.registry = registry;
		this.held = held;
		this.results = results;
	}

	/**
	 * Send a poll.
	 * @param poll the poll
	 */
	void poll(Poll poll) {
		if (!begin(poll)) {
			this.dispatcher.ended(poll);
			return;
		}
		try {
			subscribe(poll);
		}
		catch (LinkageError | VirtualMachineError ex) {
			// Reactor throws these errors and does not signal them: the wait would hang.
			this.results.broken(poll, OperationsUnavailableException.broken(poll.operationId(), ex));
			this.dispatcher.ended(poll);
		}
	}

	private boolean begin(Poll poll) {
		synchronized (this.lock) {
			if (poll.first().isOver()) {
				return false;
			}
			AwaitedOperation awaited = this.registry.get(poll.operationId());
			HeldPoll held = this.held.get(poll.operationId());
			if (awaited != null) {
				unqueue(awaited);
				poll.addRecipient(awaited);
			}
			if (held != null) {
				unqueue(held);
				poll.addRecipient(held);
			}
			return true;
		}
	}

	// The recipient whose poll is due has left its queue already.
	private void unqueue(Polled polled) {
		if (polled.place() >= 0) {
			this.dispatcher.remove(polled);
		}
	}

	private void subscribe(Poll poll) {
		String operationId = poll.operationId();
		RequestPriority priority = new RequestPriority(
				poll.isRepeat() ? RequestPriority.Kind.REPEAT_POLL : RequestPriority.Kind.FIRST_POLL, poll.due(),
				() -> mayLeave(poll));
		// Deferred, so that an exception from a decorator is a fault of this poll.
		Mono.defer(() -> this.parts.fetcher().fetch(operationId))
			.subscribe(new Response(poll,
					this.parts.sentPolls().handed(poll, Context.of(RequestPriority.class, priority))));
	}

	// While the poll was queued, this instance may have lost the right to poll held
	// operations, or an outage may have begun. Perhaps nobody needs the poll any more.
	private boolean mayLeave(Poll poll) {
		Outage outage = this.parts.outage();
		boolean mayPollAwaited = poll.isProbe() || !outage.holdsWaits();
		if (poll.getAwaited() != null && mayPollAwaited) {
			return true;
		}
		boolean mayPollHeld = this.dispatcher.mayPollHeld() && (poll.isProbe() || !outage.isOn());
		synchronized (this.lock) {
			AwaitedOperation awaited = poll.getAwaited();
			HeldPoll held = poll.getHeld();
			if ((awaited != null && mayPollAwaited) || (held != null && mayPollHeld)) {
				return true;
			}
			requeue(poll, awaited);
			requeue(poll, held);
		}
		poll.request().dispose();
		return false;
	}

	private void requeue(Poll poll, @Nullable Polled polled) {
		if (polled != null) {
			poll.leave(polled);
			this.dispatcher.add(polled, polled.at(), polled.notBefore());
		}
	}

	private static OperationsException withoutResult(String operationId) {
		return new OperationsUnavailableException(
				"An OperationFetcherDecorator completed without a result for operation '" + operationId
						+ "'. Let the decorator emit the result of the next fetcher, or an error.",
				operationId, new IllegalStateException("The decorator returned an empty Mono"));
	}

	/**
	 * Receives the response to a poll. Operators for each of its parts would take a fifth
	 * of the time of a poll.
	 */
	private final class Response implements CoreSubscriber<OperationSnapshot> {

		private final Poll poll;

		private final Context context;

		private boolean done;

		Response(Poll poll, Context context) {
			this.poll = poll;
			this.context = context;
		}

		@Override
		public Context currentContext() {
			return this.context;
		}

		@Override
		public void onSubscribe(Subscription subscription) {
			// Set before a response can come, so that no cancellation is missed.
			this.poll.request().replace(() -> {
				subscription.cancel();
				PollSender.this.dispatcher.ended(this.poll);
			});
			subscription.request(Long.MAX_VALUE);
		}

		@Override
		public void onNext(OperationSnapshot snapshot) {
			if (this.done) {
				Operators.onNextDropped(snapshot, this.context);
				return;
			}
			this.done = true;
			try {
				PollSender.this.results.seen(this.poll, snapshot);
			}
			catch (RuntimeException | Error ex) {
				Exceptions.throwIfFatal(ex);
				this.poll.request().dispose();
				PollSender.this.results.failed(this.poll, ex);
			}
		}

		@Override
		public void onError(Throwable fault) {
			if (this.done) {
				Operators.onErrorDropped(fault, this.context);
				return;
			}
			this.done = true;
			try {
				PollSender.this.results.failed(this.poll, fault);
			}
			finally {
				PollSender.this.dispatcher.ended(this.poll);
			}
		}

		@Override
		public void onComplete() {
			if (this.done) {
				PollSender.this.dispatcher.ended(this.poll);
				return;
			}
			onError(withoutResult(this.poll.operationId()));
		}

	}

}
