package io.operations.tracking;

import java.time.Duration;
import java.util.Map;
import java.util.Set;

import io.operations.AcceptedOperation;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Tracks operations on behalf of the application: polls each of them until it ends, and
 * delivers its outcome to the {@link OperationOutcomeHandler}s. With a store in a
 * database, tracked operations survive a restart, and any instance of the application may
 * poll and deliver.
 * <p>
 * An application may have several clients, for instance one for each product or account.
 * Two clients may have operations of the same id, so a client and an id name one
 * operation. The methods for an {@link AcceptedOperation} find the client by the origin
 * and the path of its status URL. An operation without a status URL belongs to the only
 * client. An operation of which only the id is known belongs to the default client.
 * {@link #forClient(String)} names the client.
 * <p>
 * Thread-safe. Every method returns a cold publisher, so nothing happens before a
 * subscription. The publisher emits on the thread that called the store. That is the
 * subscriber's thread for the store in memory and inside of a transaction, and a thread
 * that may block otherwise.
 * <p>
 * With a store in a database, {@code track} takes part in the Spring transaction that is
 * active on the subscribing thread. Call {@code track(...).block()} inside of the
 * transactional method: the operation is then committed or rolled back together with the
 * other writes of the transaction. This does not hold for reactive transactions, nor for
 * a Mono that is subscribed after the method has returned. In both cases the operation is
 * stored in a transaction of its own.
 *
 * @since 0.1.0
 */
public interface OperationTracker {

	/**
	 * Return the names of the clients whose operations are tracked.
	 * @return the names, that of the default client first
	 */
	Set<String> clients();

	/**
	 * Return the tracker of one client, for instance to track an operation of which only
	 * the id is known, one without a status URL, or one of two accounts of the same
	 * product. The methods of that tracker apply to the operations of this client only.
	 * @param client the name of the client, for instance that of
	 * {@code operations.clients.<name>}; {@code operations} is the application's default
	 * client
	 * @return the tracker
	 * @throws IllegalArgumentException if there is no client of this name; the message
	 * lists the names
	 */
	OperationTracker forClient(String client);

	/**
	 * Track the operation that a write started, without attributes and for at most
	 * {@code operations.tracking.timeout}.
	 * @param accepted the server's response to the write
	 * @return the same as {@link #track(AcceptedOperation, Map, Duration)}
	 */
	Mono<TrackingResult> track(AcceptedOperation accepted);

	/**
	 * Track the operation that a write started for at most
	 * {@code operations.tracking.timeout}.
	 * @param accepted the server's response to the write
	 * @param attributes the application's own data, passed to handlers with the outcome
	 * @return the same as {@link #track(AcceptedOperation, Map, Duration)}
	 */
	Mono<TrackingResult> track(AcceptedOperation accepted, Map<String, String> attributes);

	/**
	 * Track the operation that a write started. The operation is in the store when the
	 * result is emitted. An operation that is already tracked remains unchanged,
	 * including its attributes and its deadline.
	 * @param accepted the server's response to the write
	 * @param attributes the application's own data, passed to handlers with the outcome,
	 * for instance a correlation id. Keys and values together have at most 4096 bytes of
	 * UTF-8.
	 * @param timeout the time after which the outcome is
	 * {@link OperationOutcome.Type#TIMED_OUT}, even if the operation is still running:
	 * positive and at most 365 days
	 * @return the tracked operation and whether it is new. Emits an
	 * {@link io.operations.OperationsThrottledException} if the store is full, an
	 * {@link IllegalArgumentException} if no client or more than one serves the status
	 * URL or if there are several clients and no status URL, an
	 * {@link io.operations.OperationsRequestException} if the named or the only client
	 * does not serve it, and any exception of the store. In all cases nothing is stored.
	 * @throws IllegalArgumentException if the attributes are too large or contain a null,
	 * or if the timeout is out of range
	 */
	Mono<TrackingResult> track(AcceptedOperation accepted, Map<String, String> attributes, Duration timeout);

	/**
	 * Track an operation of the default client of which only the id is known, for at most
	 * {@code operations.tracking.timeout}.
	 * @param operationId the operation's id
	 * @param attributes the application's own data, passed to handlers with the outcome
	 * @return the same as {@link #track(AcceptedOperation, Map, Duration)}. Emits an
	 * {@link io.operations.OperationsRequestException} if the id is invalid.
	 */
	Mono<TrackingResult> track(String operationId, Map<String, String> attributes);

	/**
	 * Track an operation of the default client of which only the id is known.
	 * @param operationId the operation's id
	 * @param attributes the application's own data, passed to handlers with the outcome
	 * @param timeout the time after which the outcome is
	 * {@link OperationOutcome.Type#TIMED_OUT}, even if the operation is still running
	 * @return the same as {@link #track(AcceptedOperation, Map, Duration)}. Emits an
	 * {@link io.operations.OperationsRequestException} if the id is invalid.
	 */
	Mono<TrackingResult> track(String operationId, Map<String, String> attributes, Duration timeout);

	/**
	 * Return a tracked operation. If several clients have an operation of this id, return
	 * that of the first client.
	 * @param operationId the operation's id
	 * @return the operation. Empty if the operation is not tracked or was forgotten, and
	 * if the store removed it because its outcome was delivered and
	 * {@code operations.tracking.retention} has passed.
	 */
	Mono<TrackedOperation> find(String operationId);

	/**
	 * Return tracked operations: those of the first client in the order of their ids,
	 * then those of the next client. The tracker reads them page by page, as the
	 * subscriber requests them, so they are not a snapshot of one moment. To continue
	 * after an id, use the tracker of its client.
	 * @param filter the filter that the operations match
	 * @return the operations
	 */
	Flux<TrackedOperation> stream(TrackingFilter filter);

	/**
	 * Stop tracking an operation in any state, and remove it from the store. It is not
	 * polled again. If its outcome is being delivered at this moment, that attempt may
	 * still succeed. If several clients have an operation of this id, that of the first
	 * client is meant.
	 * @param operationId the operation's id
	 * @return {@code true} if the operation was tracked, otherwise {@code false}
	 */
	Mono<Boolean> forget(String operationId);

	/**
	 * Deliver the outcome of an operation again, with the full number of attempts. The
	 * result does not wait for the delivery. If several clients have an operation of this
	 * id, the first one whose outcome can be delivered is meant.
	 * @param operationId the operation's id
	 * @return {@code true} if the outcome will be delivered. {@code false} if the
	 * operation is not tracked, has no outcome yet, or is being delivered.
	 */
	Mono<Boolean> redeliver(String operationId);

	/**
	 * Return a summary of all operations of all clients.
	 * @return the number of operations by state and status, and their ages
	 */
	Mono<TrackingSummary> summary();

}
