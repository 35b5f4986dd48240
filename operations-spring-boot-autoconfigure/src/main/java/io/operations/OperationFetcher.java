package io.operations;

import reactor.core.publisher.Mono;

/**
 * Asks the endpoint once for an operation.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface OperationFetcher {

	/**
	 * Fetch an operation. Cold: each subscription is a fetch of its own, and cancelling
	 * it ends the exchange.
	 * @param operationId the operation's id
	 * @return what the endpoint told, or an {@link OperationsException}
	 */
	Mono<OperationSnapshot> fetch(String operationId);

}
