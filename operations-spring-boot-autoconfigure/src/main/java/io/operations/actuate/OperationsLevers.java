package io.operations.actuate;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;

import io.operations.internal.ReadableDuration;
import io.operations.internal.polling.OperationPolls;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingState;
import org.jspecify.annotations.Nullable;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;

/**
 * Changes what the library does, on behalf of an operator: pauses and resumes a client,
 * delivers outcomes again, and stops the tracking of an operation. Each change is logged
 * with the name of the user.
 */
final class OperationsLevers {

	private static final String OPERATOR = "operator";

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
		String wish = "pause the client for " + ReadableDuration.of(pause);
		return change(request, wish, (polls) -> polls.pause(pause), (where, result) -> {
			Duration left = result.pausedFor();
			if (left.isZero()) {
				return "has paused the client for " + ReadableDuration.of(pause) + where
						+ ", but somebody has resumed it meanwhile. It does not pause.";
			}
			return (left.compareTo(pause) <= 0)
					? "has paused the client for " + ReadableDuration.of(pause) + where + "."
					: "wanted to " + wish + where + ", but "
							+ (OPERATOR.equals(result.pausedBy()) ? "an operator has already paused it for longer."
									: "it already pauses for longer because the server throttles.")
							+ " It pauses for another " + ReadableDuration.of(left) + ".";
		});
	}

	private PauseDescriptor resume(LeverRequest request) {
		return change(request, "resume the client", OperationPolls::unpause,
				(where, result) -> "has resumed the client" + where + ".");
	}

	private PauseDescriptor change(LeverRequest request, String wish, Function<OperationPolls, Mono<Boolean>> change,
			BiFunction<String, PauseDescriptor, String> done) {
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
		Duration left = polls.paused();
		String by = polls.isPausedByOperator() ? OPERATOR : "server";
		PauseDescriptor result = new PauseDescriptor(client, left, left.isZero() ? null : by, scope);
		LeverLog.changed(client, done.apply(" in " + (everywhere ? scope : "this instance only"), result));
		return result;
	}

	private RedeliveriesDescriptor redeliverAll(LeverRequest request) {
		String client = polls(request.client()).client();
		TrackingFilter filter = TrackingFilter.of(TrackingState.UNDELIVERED)
			.withKind(request.kind())
			.withIdPrefix(request.id());
		String which = "undelivered outcomes"
				+ ((request.kind() != null) ? " of kind " + LeverLog.quoted(request.kind()) : "")
				+ ((request.id() != null) ? " with ids that begin with " + LeverLog.quoted(request.id()) : "");
		Redeliveries redeliveries = new Redeliveries(this.calls, this.calls.tracker(client));
		try {
			RedeliveriesDescriptor result = redeliveries.of(filter);
			LeverLog.changed(client, "has scheduled " + result.accepted() + " " + which + " for another delivery."
					+ (result.more() ? " More remain: send the request again." : ""));
			return result;
		}
		catch (RuntimeException ex) {
			LeverLog.failed(client,
					"schedule all " + which + " for another delivery, only " + redeliveries.accepted() + " of them",
					Exceptions.unwrap(ex));
			throw ex;
		}
		finally {
			this.calls.changed();
		}
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
		return logged(client, id, "schedule the outcome of operation " + LeverLog.quoted(id) + " for another delivery",
				"has scheduled the outcome of operation " + LeverLog.quoted(id) + " for another delivery.",
				(tracker) -> {
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
		EndpointParameters.checkText("id", id);
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
		finally {
			this.calls.changed();
		}
	}

	private OperationPolls polls(@Nullable String client) {
		Map<String, OperationPolls> all = this.calls.clients();
		OperationPolls found = (client != null) ? all.get(client) : all.values().iterator().next();
		if (found == null) {
			throw EndpointParameters.unknownClient(String.valueOf(client), all.keySet());
		}
		return found;
	}

}
