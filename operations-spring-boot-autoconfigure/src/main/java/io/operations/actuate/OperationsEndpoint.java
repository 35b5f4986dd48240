package io.operations.actuate;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

import io.operations.OperationStatus;
import io.operations.internal.polling.OperationPolls;
import io.operations.tracking.OperationTracker;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.boot.actuate.endpoint.Access;
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

	private final TrackerCalls calls;

	private final OperationsReader reader;

	private final OperationsLevers levers;

	private final Show showValues;

	/**
	 * Create the endpoint.
	 * @param clients supplies the polls of the clients whose operations are tracked, by
	 * their names, those of the default client first
	 * @param tracker the tracker of these operations
	 * @param activities the activities of the clients
	 * @param sanitizingFunctions the functions that filter the values to show
	 * @param showValues when to show the values of attributes
	 * @param instance the name of this instance
	 * @param holders returns the name of the instance that polls the tracked operations
	 * of a client, empty if no instance does or it is unknown
	 * @param access the access to the endpoint
	 * @param history the history of operations, {@code null} if it is switched off
	 */
	public OperationsEndpoint(Supplier<Map<String, OperationPolls>> clients, OperationTracker tracker,
			OperationsActivities activities, List<SanitizingFunction> sanitizingFunctions, Show showValues,
			String instance, Function<String, Mono<String>> holders, Access access,
			@Nullable OperationsHistory history) {
		this.calls = new TrackerCalls(clients, tracker);
		Sanitizer sanitizer = new Sanitizer(sanitizingFunctions);
		this.reader = new OperationsReader(this.calls, activities, sanitizer, instance, holders,
				(access == Access.UNRESTRICTED) ? "unrestricted" : "read-only", new DetailsReader(history, sanitizer));
		this.levers = new OperationsLevers(this.calls);
		this.showValues = showValues;
	}

	/**
	 * Return the state of all operations of a client, and a page of its awaited and
	 * tracked operations.
	 * @param client the name of the client, {@code null} for the default client
	 * @param kind the kind of the operations on the page, {@code null} for all kinds
	 * @param state the state of the operations on the page: awaited, tracked, ended,
	 * undelivered or delivered; {@code null} for all states
	 * @param status the last seen status of the operations on the page, as
	 * {@link OperationStatus} names it; {@code null} for all operations
	 * @param stuck {@code true} for operations that have been running for unusually long,
	 * {@code false} for the others, {@code null} for all operations
	 * @param failing {@code true} for operations whose last delivery failed and whose
	 * outcome is not delivered, {@code false} for the others, {@code null} for all
	 * operations
	 * @param id the text with which the ids begin, {@code null} for all ids
	 * @param order {@code age} for the oldest operations first and delivered ones last,
	 * {@code next-poll} for the soonest polls first; {@code null} for {@code age}
	 * @param after the {@code next} of the previous page, {@code null} for the first page
	 * @param size the maximum number of operations on the page: from 0 to 500,
	 * {@code null} for 50
	 * @return the state of all operations, and the page
	 */
	@ReadOperation
	public OperationsDescriptor operations(@Nullable String client, @Nullable String kind, @Nullable String state,
			@Nullable String status, @Nullable String stuck, @Nullable String failing, @Nullable String id,
			@Nullable String order, @Nullable String after, @Nullable String size) {
		return operations(client, OperationsQuery.of(kind, state, status, stuck, failing, id, order, after, size),
				this.showValues.isShown(true));
	}

	OperationsDescriptor operations(@Nullable String client, OperationsQuery query, boolean showsValues) {
		return this.reader.read(client, query, showsValues);
	}

	/**
	 * Return an operation of the first client that tracks one of this id, otherwise of
	 * the first client that awaits one.
	 * @param id the operation's id
	 * @return the operation, {@code null} if it is neither tracked nor awaited by this
	 * instance
	 */
	@ReadOperation
	public @Nullable OperationDetails operation(@Selector String id) {
		return operation(null, id, this.showValues.isShown(true));
	}

	/**
	 * Return an operation of a client.
	 * @param client the name of the client
	 * @param id the operation's id
	 * @return the operation, {@code null} if it is neither tracked nor awaited by this
	 * instance
	 */
	@ReadOperation
	public @Nullable OperationDetails operationOfClient(@Selector String client, @Selector String id) {
		return operation(client, id, this.showValues.isShown(true));
	}

	@Nullable OperationDetails operation(@Nullable String client, String id, boolean showsValues) {
		return this.reader.read(client, id, showsValues);
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
	 * Pause or resume a client, or deliver its undelivered outcomes again, at most 1,000.
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

}
