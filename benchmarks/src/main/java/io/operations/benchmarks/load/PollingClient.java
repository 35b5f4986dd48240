package io.operations.benchmarks.load;

import io.operations.AcceptedOperation;
import reactor.core.publisher.Mono;

/**
 * A way to wait for operations.
 */
@FunctionalInterface
interface PollingClient {

	/**
	 * Wait until an operation has ended.
	 * @param accepted what the answer to the write told of it
	 * @return completes when the client knows that it has, fails when it gives up
	 */
	Mono<Void> await(AcceptedOperation accepted);

}
