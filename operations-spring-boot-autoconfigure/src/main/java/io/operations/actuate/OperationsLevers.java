package io.operations.actuate;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;

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

	private static final Duration STORE_TIMEOUT = Duration.ofSeconds(10);

	// So many outcomes are handed to the store at the same time.
	private static final int CONCURRENCY = 4;

	private final Supplier<Map<String, OperationPolls>> clients;

	private final OperationTracker tracker;

	OperationsLevers(Supplier<Map<String, OperationPolls>> clients, OperationTracker tracker) {
		this.clients = clients;
		this.tracker = tracker;
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
		OperationTracker tracker = tracker(client);
		TrackingFilter all = TrackingFilter.of(TrackingState.UNDELIVERED);
		TrackingFilter filter = (request.kind() != null) ? all.withKind(request.kind()) : all;
		String prefix = (request.id() != null) ? request.id() : "";
		String which = "undelivered outcomes"
				+ ((request.kind() != null) ? " of kind " + LeverLog.quoted(request.kind()) : "")
				+ (prefix.isEmpty() ? "" : " with ids that begin with " + LeverLog.quoted(prefix));
		AtomicLong accepted = new AtomicLong();
		try {
			Flux<Boolean> results = tracker.stream(filter)
				.filter((operation) -> operation.id().startsWith(prefix))
				.flatMap((operation) -> tracker.redeliver(operation.id()), CONCURRENCY);
			inTime(results.filter(Boolean::booleanValue).doOnNext((done) -> accepted.incrementAndGet())).blockLast();
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
					if (await(tracker.redeliver(id))) {
						return new RedeliveryDescriptor(true, null);
					}
					TrackedOperation found = awaitAny(tracker.find(id));
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
				(tracker) -> await(tracker.forget(id)) ? true : null, (result) -> null) != null;
	}

	private <T> @Nullable T logged(@Nullable String client, String id, String wish, String done,
			Function<OperationTracker, @Nullable T> change, Function<T, @Nullable String> refusal) {
		LeverRequest.check("id", id);
		OperationTracker tracker = (client != null) ? tracker(client) : this.tracker;
		String name = (client != null) ? client : this.tracker.clients().iterator().next();
		try {
			if (client == null && this.tracker.clients().size() > 1) {
				TrackedOperation found = awaitAny(tracker.find(id));
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
		Map<String, OperationPolls> all = this.clients.get();
		OperationPolls found = (client != null) ? all.get(client) : all.values().iterator().next();
		if (found == null) {
			throw LeverRequest.invalid("'client' is '" + client + "', but the clients are: "
					+ String.join(", ", List.copyOf(all.keySet())) + ".");
		}
		return found;
	}

	private OperationTracker tracker(String client) {
		LeverRequest.check("client", client);
		if (!this.tracker.clients().contains(client)) {
			throw LeverRequest.invalid("'client' is '" + client + "', but the clients are: "
					+ String.join(", ", this.tracker.clients()) + ".");
		}
		return this.tracker.forClient(client);
	}

	private <T> T await(Mono<T> answer) {
		return Objects.requireNonNull(awaitAny(answer), "The OperationTracker returned no value");
	}

	// Spring Boot calls the endpoint on a thread that may block.
	private <T> @Nullable T awaitAny(Mono<T> answer) {
		return inTime(answer.flux()).blockLast();
	}

	private <T> Flux<T> inTime(Flux<T> answers) {
		Flux<T> late = Flux
			.error(() -> new TimeoutException("The store did not answer within " + STORE_TIMEOUT.toSeconds() + " s."));
		return answers.timeout(STORE_TIMEOUT, late, polls(null).scheduler());
	}

}
