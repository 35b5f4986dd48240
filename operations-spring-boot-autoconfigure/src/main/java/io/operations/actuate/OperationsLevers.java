package io.operations.actuate;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

import io.operations.internal.ReadableDuration;
import io.operations.internal.polling.OperationPolls;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingState;
import org.jspecify.annotations.Nullable;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;

/**
 * Changes what the library does, on behalf of an operator: pauses and resumes a client,
 * delivers outcomes again, and stops the tracking of an operation. Each change is logged
 * with the name of the user.
 */
final class OperationsLevers {

	// So many outcomes are handed to the store at the same time.
	private static final int CONCURRENCY = 4;

	private final TrackerCalls calls;

	OperationsLevers(TrackerCalls calls) {
		this.calls = calls;
	}

	/**
	 * Change something about a client.
	 * @param request what to change
	 * @return a {@link PauseDescriptor} or a {@link RedeliveriesDescriptor}
	 * @throws InvalidEndpointRequestException if a parameter is invalid
	 * @throws BudgetUnavailableException if the store of the shared rate limit does not
	 * answer
	 */
	Object apply(LeverRequest request) {
		return switch (request.action()) {
			case PAUSE -> pause(request);
			case RESUME -> resume(request);
			case REDELIVER -> redeliverAll(request);
		};
	}

	private PauseDescriptor pause(LeverRequest request) {
		Duration pause = Objects.requireNonNull(request.duration());
		return change(request, "pause the client", "paused the client for " + ReadableDuration.of(pause),
				(polls) -> polls.pause(pause));
	}

	private PauseDescriptor resume(LeverRequest request) {
		return change(request, "resume the client", "resumed the client", OperationPolls::unpause);
	}

	private PauseDescriptor change(LeverRequest request, String wish, String done,
			Function<OperationPolls, Mono<Boolean>> change) {
		OperationPolls polls = polls(request.client());
		String client = polls.client();
		boolean everywhere;
		try {
			everywhere = Objects.requireNonNull(change.apply(polls).block());
		}
		catch (RuntimeException ex) {
			Throwable fault = Exceptions.unwrap(ex);
			LeverLog.failed(client, wish, fault);
			throw new BudgetUnavailableException(fault);
		}
		String scope = everywhere ? "all instances" : "instance";
		LeverLog.changed(client, "has " + done + " in " + (everywhere ? scope : "this instance only") + ".");
		Duration left = polls.paused();
		String by = polls.isPausedByOperator() ? "operator" : "server";
		return new PauseDescriptor(client, left, left.isZero() ? null : by, scope);
	}

	private RedeliveriesDescriptor redeliverAll(LeverRequest request) {
		String client = polls(request.client()).client();
		OperationTracker tracker = this.calls.tracker(client);
		TrackingFilter filter = TrackingFilter.of(TrackingState.UNDELIVERED)
			.withKind(request.kind())
			.withIdPrefix(request.id());
		String which = "undelivered outcomes"
				+ ((request.kind() != null) ? " of kind " + LeverLog.quoted(request.kind()) : "")
				+ ((request.id() != null) ? " with ids that begin with " + LeverLog.quoted(request.id()) : "");
		AtomicLong accepted = new AtomicLong();
		try {
			Flux<Boolean> results = tracker.stream(filter)
				.flatMap((operation) -> tracker.redeliver(operation.id()), CONCURRENCY);
			this.calls.inTime(results.filter(Boolean::booleanValue).doOnNext((done) -> accepted.incrementAndGet()))
				.blockLast();
		}
		catch (RuntimeException ex) {
			LeverLog.failed(client,
					"have all " + which + " scheduled for delivery, only " + accepted.get() + " of them",
					Exceptions.unwrap(ex));
			throw ex;
		}
		LeverLog.changed(client, "has had " + accepted.get() + " " + which + " scheduled for delivery.");
		return new RedeliveriesDescriptor(accepted.get());
	}

	/**
	 * Deliver the outcome of an operation again.
	 * @param client the name of the client, {@code null} for the first one that has an
	 * operation of this id
	 * @param id the operation's id
	 * @return whether the library will deliver it, {@code null} if the operation is not
	 * tracked
	 */
	@Nullable RedeliveryDescriptor redeliver(@Nullable String client, String id) {
		return logged(client, id, "have the outcome of operation " + LeverLog.quoted(id) + " scheduled for delivery",
				"has had the outcome of operation " + LeverLog.quoted(id) + " scheduled for delivery.", (tracker) -> {
					if (this.calls.await(tracker.redeliver(id))) {
						return new RedeliveryDescriptor(true, null);
					}
					TrackedOperation found = this.calls.awaitAny(tracker.find(id));
					return (found != null) ? refused(found) : null;
				}, (result) -> result.accepted() ? null : result.reason());
	}

	private static RedeliveryDescriptor refused(TrackedOperation found) {
		return new RedeliveryDescriptor(false,
				(found.outcome() != null)
						? "The outcome of the operation is already being delivered. See 'nextDue' for the next attempt."
						: "The operation has no outcome yet.");
	}

	/**
	 * Stop tracking an operation, whatever its state.
	 * @param client the name of the client, {@code null} for the first one that has an
	 * operation of this id
	 * @param id the operation's id
	 * @return whether it was tracked
	 */
	boolean forget(@Nullable String client, String id) {
		return logged(client, id, "stop the tracking of operation " + LeverLog.quoted(id),
				"has stopped the tracking of operation " + LeverLog.quoted(id) + ".",
				(tracker) -> this.calls.await(tracker.forget(id)) ? true : null, (result) -> null) != null;
	}

	private <T> @Nullable T logged(@Nullable String client, String id, String wish, String done,
			Function<OperationTracker, @Nullable T> change, Function<T, @Nullable String> refusal) {
		LeverRequest.check("id", id);
		OperationTracker tracker = this.calls.tracker(client);
		String name = (client != null) ? client : tracker.clients().iterator().next();
		try {
			if (client == null && tracker.clients().size() > 1) {
				TrackedOperation found = this.calls.awaitAny(tracker.find(id));
				name = (found != null) ? found.client() : name;
			}
			T result = change.apply(tracker);
			String reason = (result != null) ? refusal.apply(result) : "No tracked operation has this id.";
			LeverLog.changed(name, (reason != null) ? "could not " + wish + ": " + reason : done);
			return result;
		}
		catch (RuntimeException ex) {
			LeverLog.failed(name, wish, Exceptions.unwrap(ex));
			throw ex;
		}
	}

	private OperationPolls polls(@Nullable String client) {
		Map<String, OperationPolls> all = this.calls.clients();
		OperationPolls found = (client != null) ? all.get(client) : all.values().iterator().next();
		if (found == null) {
			throw LeverRequest
				.invalid("'client' is '" + client + "', but the clients are: " + String.join(", ", all.keySet()) + ".");
		}
		return found;
	}

}
