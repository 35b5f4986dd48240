package io.operations;

import reactor.core.publisher.Mono;

/**
 * Requests an operation from the server.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface OperationFetcher {

	/**
	 * Fetch an operation. The {@code Mono} is cold: each subscription sends a separate
	 * request, and cancelling the subscription ends that request.
	 * @param operationId the operation's id
	 * @return what the server answered, or an {@link OperationsException}
	 */
	Mono<OperationSnapshot> fetch(String operationId);

}
