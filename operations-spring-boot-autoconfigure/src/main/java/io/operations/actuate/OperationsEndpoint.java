package io.operations.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import io.operations.internal.polling.OperationPolls;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingState;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.Sanitizer;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * Provides the actuator endpoint {@code operations}. The endpoint shows the state of
 * operations, delivers outcomes again, stops the tracking of an operation, and pauses and
 * resumes a client. The endpoint is available only if the application exposes it, for
 * example by {@code management.endpoints.web.exposure.include=health,operations}. By
 * default it only shows. {@code management.endpoint.operations.access=unrestricted}
 * permits the rest.
 * <p>
 * The endpoint shows the keys of the attributes of tracked operations. It shows their
 * values only if {@code management.endpoint.operations.show-values} and
 * {@code management.endpoint.operations.roles} allow it. By default these properties do
 * not allow it. The same applies to exceptions of the application: the endpoint shows
 * their type, but hides their message. The application's {@link SanitizingFunction}s
 * filter the values and messages that the endpoint shows.
 * <p>
 * An id is one percent-encoded segment of the path. An id with a slash needs a web server
 * that accepts {@code %2F}: Netty accepts it, Tomcat rejects it unless configured
 * otherwise.
 *
 * @since 0.1.0
 */
@Endpoint(id = "operations", defaultAccess = Access.READ_ONLY)
public class OperationsEndpoint {

	/**
	 * The default number of operations on a page.
	 */
	public static final int DEFAULT_SIZE = 50;

	/**
	 * The maximum number of operations on a page.
	 */
	public static final int MAXIMUM_SIZE = 500;

	private static final int MAXIMUM_TEXT = 512;

	private static final Duration STORE_TIMEOUT = Duration.ofSeconds(10);

	private final Supplier<Map<String, OperationPolls>> clients;

	private final OperationTracker tracker;

	private final OperationsLevers levers;

	private final OperationsActivities activities;

	private final Sanitizer sanitizer;

	private final Show showValues;

	/**
	 * Create the endpoint.
	 * @param clients supplies the polls of the clients whose operations are tracked, by
	 * their names, those of the default client first
	 * @param tracker the tracker of these operations
	 * @param activities the activities of the clients
	 * @param sanitizingFunctions the functions that filter the values to show
	 * @param showValues when to show the values of attributes
	 */
	public OperationsEndpoint(Supplier<Map<String, OperationPolls>> clients, OperationTracker tracker,
			OperationsActivities activities, List<SanitizingFunction> sanitizingFunctions, Show showValues) {
		this.clients = clients;
		this.tracker = tracker;
		this.levers = new OperationsLevers(clients, tracker);
		this.activities = activities;
		this.sanitizer = new Sanitizer(sanitizingFunctions);
		this.showValues = showValues;
	}

	/**
	 * Return the state of all operations of a client, and a page of its tracked
	 * operations, ordered by id.
	 * @param client the name of the client, {@code null} for the default client
	 * @param state the state of the operations on the page, {@code null} for all states
	 * @param kind the kind of the operations on the page, {@code null} for all kinds
	 * @param after the id after which the page begins: the {@code next} of the previous
	 * page, {@code null} for the first page
	 * @param size the maximum number of operations on the page: from 0 to 500,
	 * {@code null} for 50
	 * @return the state of all operations, and the page
	 */
	@ReadOperation
	public OperationsDescriptor operations(@Nullable String client, @Nullable TrackingState state,
			@Nullable String kind, @Nullable String after, @Nullable Integer size) {
		return operations(client, state, kind, after, size, this.showValues.isShown(true));
	}

	OperationsDescriptor operations(@Nullable String client, @Nullable TrackingState state, @Nullable String kind,
			@Nullable String after, @Nullable Integer size, boolean showsValues) {
		int limit = (size != null) ? size : DEFAULT_SIZE;
		if (limit < 0 || limit > MAXIMUM_SIZE) {
			throw invalid("'size' is " + limit + ", but it must be from 0 to " + MAXIMUM_SIZE + ".");
		}
		check("kind", kind);
		check("after", after);
		// One operation more than the page holds shows whether another page follows.
		TrackingFilter filter = new TrackingFilter((state != null) ? Set.of(state) : Set.of(), kind, after, limit + 1L);
		Map<String, OperationPolls> all = this.clients.get();
		String name = (client != null) ? client : all.keySet().iterator().next();
		OperationTracker tracker = tracker((all.size() > 1) ? name : client);
		TrackingDescriptor tracking = TrackingDescriptor.of(await(tracker.summary()));
		List<TrackedOperation> found = (limit > 0) ? await(tracker.stream(filter).collectList()) : List.of();
		List<TrackedOperation> page = found.subList(0, Math.min(limit, found.size()));
		OperationPolls polls = Objects.requireNonNull(all.get(name), "The client has left.");
		Instant now = polls.now();
		Duration pause = polls.paused();
		return new OperationsDescriptor(name, all.keySet(), tracking, !pause.isZero(), pause,
				polls.isServerUnavailable(), polls.learned(), this.activities.describe(),
				page.stream()
					.map((operation) -> TrackedOperationDescriptor.of(operation, now, this.sanitizer, showsValues))
					.toList(),
				(found.size() > limit && limit > 0) ? page.get(limit - 1).id() : null);
	}

	/**
	 * Return a tracked operation of the first client that has one of this id.
	 * @param id the operation's id
	 * @return the operation, {@code null} if it is not tracked
	 */
	@ReadOperation
	public @Nullable TrackedOperationDescriptor operation(@Selector String id) {
		return operation(null, id, this.showValues.isShown(true));
	}

	/**
	 * Return a tracked operation of a client.
	 * @param client the name of the client
	 * @param id the operation's id
	 * @return the operation, {@code null} if it is not tracked
	 */
	@ReadOperation
	public @Nullable TrackedOperationDescriptor operationOfClient(@Selector String client, @Selector String id) {
		return operation(client, id, this.showValues.isShown(true));
	}

	@Nullable TrackedOperationDescriptor operation(@Nullable String client, String id, boolean showsValues) {
		check("id", id);
		TrackedOperation found = awaitAny(tracker(client).find(id));
		return (found != null) ? TrackedOperationDescriptor.of(found, polls().now(), this.sanitizer, showsValues)
				: null;
	}

	/**
	 * Stop tracking an operation of the first client that has one of this id, whatever
	 * its state.
	 * @param id the operation's id
	 * @return whether it was tracked
	 */
	@DeleteOperation
	public boolean forget(@Selector String id) {
		return this.levers.forget(null, id);
	}

	/**
	 * Stop tracking an operation of a client, whatever its state.
	 * @param client the name of the client
	 * @param id the operation's id
	 * @return whether it was tracked
	 */
	@DeleteOperation
	public boolean forgetOfClient(@Selector String client, @Selector String id) {
		return this.levers.forget(client, id);
	}

	/**
	 * Deliver the outcome of an operation again. The operation is that of the first
	 * client that has one of this id.
	 * @param id the operation's id
	 * @return whether the library will deliver it, {@code null} if the operation is not
	 * tracked
	 */
	@WriteOperation
	public @Nullable RedeliveryDescriptor redeliver(@Selector String id) {
		return this.levers.redeliver(null, id);
	}

	/**
	 * Deliver the outcome of an operation of a client again.
	 * @param client the name of the client
	 * @param id the operation's id
	 * @return whether the library will deliver it, {@code null} if the operation is not
	 * tracked
	 */
	@WriteOperation
	public @Nullable RedeliveryDescriptor redeliverOfClient(@Selector String client, @Selector String id) {
		return this.levers.redeliver(client, id);
	}

	/**
	 * Pause or resume a client, or deliver all its undelivered outcomes again.
	 * @param action {@code pause}, {@code resume} or {@code redeliver}
	 * @param client the name of the client, {@code null} for the default client
	 * @param duration how long the client pauses, at most an hour, only for {@code pause}
	 * @param kind the kind of the operations, {@code null} for all kinds, only for
	 * {@code redeliver}
	 * @param id how the ids of the operations begin, {@code null} for all ids, only for
	 * {@code redeliver}
	 * @return a {@link PauseDescriptor} or a {@link RedeliveriesDescriptor}
	 */
	@WriteOperation
	@RegisterReflectionForBinding({ PauseDescriptor.class, RedeliveriesDescriptor.class })
	public Object change(@Nullable String action, @Nullable String client, @Nullable String duration,
			@Nullable String kind, @Nullable String id) {
		return this.levers.apply(LeverRequest.of(action, client, duration, kind, id));
	}

	OperationsLevers levers() {
		return this.levers;
	}

	private OperationTracker tracker(@Nullable String client) {
		if (client == null) {
			return this.tracker;
		}
		check("client", client);
		if (!this.tracker.clients().contains(client)) {
			throw invalid("'client' is '" + client + "', but the clients are: "
					+ String.join(", ", this.tracker.clients()) + ".");
		}
		return this.tracker.forClient(client);
	}

	private OperationPolls polls() {
		return this.clients.get().values().iterator().next();
	}

	private static void check(String parameter, @Nullable String text) {
		if (text != null && (text.length() > MAXIMUM_TEXT || text.chars().anyMatch(Character::isISOControl))) {
			throw invalid("'" + parameter + "' must be at most " + MAXIMUM_TEXT
					+ " characters long and must not contain a control character.");
		}
	}

	private static InvalidEndpointRequestException invalid(String reason) {
		return new InvalidEndpointRequestException(reason, reason);
	}

	private <T> T await(Mono<T> answer) {
		return Objects.requireNonNull(awaitAny(answer), "The OperationTracker returned no value");
	}

	// Spring Boot calls the endpoint on a thread that may block.
	private <T> @Nullable T awaitAny(Mono<T> answer) {
		Mono<T> late = Mono
			.error(() -> new TimeoutException("The store did not answer within " + STORE_TIMEOUT.toSeconds() + " s."));
		return answer.timeout(STORE_TIMEOUT, late, polls().scheduler()).block();
	}

}
