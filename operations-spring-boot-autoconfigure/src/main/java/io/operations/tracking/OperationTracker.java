package io.operations.tracking;

import java.time.Duration;
import java.util.Map;

import io.operations.AcceptedOperation;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Takes operations over: it asks for them until they end and delivers their outcomes to
 * the {@link OperationOutcomeHandler}s, in whichever process is there to do it.
 * Thread-safe. Everything it returns is cold, and emits on the thread that made the call
 * to the store: one that may block or, in memory and in a transaction, the subscriber's.
 * <p>
 * With a store in a database, {@code track} takes part in the Spring transaction that is
 * active on the thread that subscribes: call it with {@code .block()} inside of the
 * transactional method. The operation is then stored with what else the transaction
 * writes, or not at all. A reactive transaction, or a Mono that is subscribed after the
 * method has returned, is outside of that promise: the operation is stored by itself.
 *
 * @since 0.1.0
 */
public interface OperationTracker {

	/**
	 * Take over the operation that a write started, without attributes, for
	 * {@code operations.tracking.timeout} at most.
	 * @param accepted what the write's answer told
	 * @return what {@link #track(AcceptedOperation, Map, Duration)} does
	 */
	Mono<TrackingResult> track(AcceptedOperation accepted);

	/**
	 * Take over the operation that a write started, for
	 * {@code operations.tracking.timeout} at most.
	 * @param accepted what the write's answer told
	 * @param attributes what is to be given back with the outcome
	 * @return what {@link #track(AcceptedOperation, Map, Duration)} does
	 */
	Mono<TrackingResult> track(AcceptedOperation accepted, Map<String, String> attributes);

	/**
	 * Take over the operation that a write started. When the result is there the
	 * operation is stored, as safely as the store keeps it. One that is tracked already
	 * stays as it is, its attributes and deadline too.
	 * @param accepted what the write's answer told
	 * @param attributes what is to be given back with the outcome, for instance a
	 * correlation id: at most 4096 bytes of UTF-8, keys and values together
	 * @param timeout after which the outcome is TIMED_OUT, however the operation goes on;
	 * positive, at most 365 days
	 * @return the operation and whether it is new; or an
	 * {@link io.operations.OperationsThrottledException} if the store is full, or what
	 * the store fails with, in which case nothing is stored
	 * @throws IllegalArgumentException if the attributes are too large or have a null in
	 * them, or the timeout is out of range
	 */
	Mono<TrackingResult> track(AcceptedOperation accepted, Map<String, String> attributes, Duration timeout);

	/**
	 * Take over an operation of which nothing but its id is known, for
	 * {@code operations.tracking.timeout} at most.
	 * @param operationId the operation's id
	 * @param attributes what is to be given back with the outcome
	 * @return what {@link #track(AcceptedOperation, Map, Duration)} does; an
	 * {@link io.operations.OperationsRequestException} if the id cannot be one
	 */
	Mono<TrackingResult> track(String operationId, Map<String, String> attributes);

	/**
	 * Take over an operation of which nothing but its id is known.
	 * @param operationId the operation's id
	 * @param attributes what is to be given back with the outcome
	 * @param timeout after which the outcome is TIMED_OUT
	 * @return what {@link #track(AcceptedOperation, Map, Duration)} does; an
	 * {@link io.operations.OperationsRequestException} if the id cannot be one
	 */
	Mono<TrackingResult> track(String operationId, Map<String, String> attributes, Duration timeout);

	/**
	 * Return a tracked operation.
	 * @param operationId the operation's id
	 * @return the operation, empty if it is not tracked, was forgotten, or ended longer
	 * ago than {@code operations.tracking.retention}
	 */
	Mono<TrackedOperation> find(String operationId);

	/**
	 * Return tracked operations in the order of their ids, read page by page as they are
	 * asked for: not a snapshot of one moment.
	 * @param filter which ones
	 * @return the operations
	 */
	Flux<TrackedOperation> stream(TrackingFilter filter);

	/**
	 * Stop tracking an operation, whatever its state. It is asked for no more; an outcome
	 * that is being delivered at this moment may still be.
	 * @param operationId the operation's id
	 * @return whether it was tracked
	 */
	Mono<Boolean> forget(String operationId);

	/**
	 * Deliver the outcome of an operation anew, with as many attempts as at first.
	 * @param operationId the operation's id
	 * @return whether it will be: {@code false} if the operation is not tracked, has no
	 * outcome yet, or is being delivered
	 */
	Mono<Boolean> redeliver(String operationId);

	/**
	 * Return how the store stands.
	 * @return counts and ages
	 */
	Mono<TrackingSummary> summary();

}
