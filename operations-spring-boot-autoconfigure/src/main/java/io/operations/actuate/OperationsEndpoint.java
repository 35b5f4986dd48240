package io.operations.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeoutException;

import io.operations.core.OperationsTemplate;
import io.operations.polling.OperationPolls;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingState;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

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
 * operations, delivers an outcome again, and stops the tracking of an operation. The
 * endpoint is available only if the application exposes it, for example by
 * {@code management.endpoints.web.exposure.include=health,operations}. With
 * {@code management.endpoint.operations.access=read-only} it only shows.
 * <p>
 * The endpoint shows the keys of the attributes of tracked operations. It shows their
 * values only if {@code management.endpoint.operations.show-values} and
 * {@code management.endpoint.operations.roles} allow it. By default they do not. The same
 * applies to exceptions of the application: the endpoint shows their type, but hides
 * their message. The application's {@link SanitizingFunction}s filter the values and
 * messages that the endpoint shows.
 * <p>
 * An id is one percent-encoded segment of the path. An id with a slash needs a web server
 * that accepts {@code %2F}: Netty accepts it, Tomcat rejects it unless configured
 * otherwise.
 *
 * @since 0.1.0
 */
@Endpoint(id = "operations")
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

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final OperationsTemplate template;

	private final OperationTracker tracker;

	private final OperationsActivities activities;

	private final Sanitizer sanitizer;

	private final Show showValues;

	/**
	 * Create the endpoint.
	 * @param template the client that polls tracked operations
	 * @param tracker the tracker of these operations
	 * @param activities the activities of the clients
	 * @param sanitizingFunctions the functions that filter the values to show
	 * @param showValues when to show the values of attributes
	 */
	public OperationsEndpoint(OperationsTemplate template, OperationTracker tracker, OperationsActivities activities,
			List<SanitizingFunction> sanitizingFunctions, Show showValues) {
		this.template = template;
		this.tracker = tracker;
		this.activities = activities;
		this.sanitizer = new Sanitizer(sanitizingFunctions);
		this.showValues = showValues;
	}

	/**
	 * Return the state of all operations, and a page of the tracked operations, ordered
	 * by id.
	 * @param state the state of the operations on the page, {@code null} for all states
	 * @param kind the kind of the operations on the page, {@code null} for all kinds
	 * @param after the id after which the page begins: the {@code next} of the previous
	 * page, {@code null} for the first page
	 * @param size the maximum number of operations on the page: from 0 to 500,
	 * {@code null} for 50
	 * @return the state of all operations, and the page
	 */
	@ReadOperation
	public OperationsDescriptor operations(@Nullable TrackingState state, @Nullable String kind, @Nullable String after,
			@Nullable Integer size) {
		return operations(state, kind, after, size, this.showValues.isShown(true));
	}

	OperationsDescriptor operations(@Nullable TrackingState state, @Nullable String kind, @Nullable String after,
			@Nullable Integer size, boolean showsValues) {
		int limit = (size != null) ? size : DEFAULT_SIZE;
		if (limit < 0 || limit > MAXIMUM_SIZE) {
			throw invalid("'size' is " + limit + ", but it must be from 0 to " + MAXIMUM_SIZE + ".");
		}
		check("kind", kind);
		check("after", after);
		// One operation more than the page holds shows whether another page follows.
		TrackingFilter filter = new TrackingFilter((state != null) ? Set.of(state) : Set.of(), kind, after, limit + 1L);
		TrackingDescriptor tracking = TrackingDescriptor.of(await(this.tracker.summary()));
		List<TrackedOperation> found = (limit > 0) ? await(this.tracker.stream(filter).collectList()) : List.of();
		List<TrackedOperation> page = found.subList(0, Math.min(limit, found.size()));
		OperationPolls polls = this.template.getPolls();
		Instant now = polls.now();
		Duration pause = polls.paused();
		return new OperationsDescriptor(this.template.getName(), tracking, !pause.isZero(), pause,
				polls.isEndpointAway(), polls.learned(), this.activities.describe(),
				page.stream()
					.map((operation) -> TrackedOperationDescriptor.of(operation, now, this.sanitizer, showsValues))
					.toList(),
				(found.size() > limit && limit > 0) ? page.get(limit - 1).id() : null);
	}

	/**
	 * Return a tracked operation.
	 * @param id the operation's id
	 * @return the operation, {@code null} if it is not tracked
	 */
	@ReadOperation
	public @Nullable TrackedOperationDescriptor operation(@Selector String id) {
		return operation(id, this.showValues.isShown(true));
	}

	@Nullable TrackedOperationDescriptor operation(String id, boolean showsValues) {
		check("id", id);
		TrackedOperation found = awaitAny(this.tracker.find(id));
		return (found != null)
				? TrackedOperationDescriptor.of(found, this.template.getPolls().now(), this.sanitizer, showsValues)
				: null;
	}

	/**
	 * Stop tracking an operation, whatever its state.
	 * @param id the operation's id
	 * @return whether it was tracked
	 */
	@DeleteOperation
	public boolean forget(@Selector String id) {
		check("id", id);
		return await(this.tracker.forget(id));
	}

	/**
	 * Deliver the outcome of an operation again.
	 * @param id the operation's id
	 * @return whether the library will deliver it, {@code null} if the operation is not
	 * tracked
	 */
	@WriteOperation
	public @Nullable RedeliveryDescriptor redeliver(@Selector String id) {
		check("id", id);
		if (await(this.tracker.redeliver(id))) {
			return new RedeliveryDescriptor(true, null);
		}
		TrackedOperation found = awaitAny(this.tracker.find(id));
		if (found == null) {
			return null;
		}
		return new RedeliveryDescriptor(false,
				(found.outcome() != null)
						? "The outcome of the operation is already being delivered. See 'nextDue' for the next attempt."
						: "The operation has no outcome yet.");
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
			.error(() -> new TimeoutException("The store did not answer within " + PATIENCE.toSeconds() + " s."));
		return answer.timeout(PATIENCE, late, this.template.getPolls().scheduler()).block();
	}

}
