package io.operations.benchmarks.load;

import reactor.core.publisher.Mono;

/**
 * A way to wait for operations.
 */
@FunctionalInterface
interface PollingClient {

	/**
	 * Wait until an operation has ended.
	 * @param id the operation's id
	 * @return completes when the client knows that it has, fails when it gives up
	 */
	Mono<Void> await(String id);

}
