package io.operations.observation;

import io.operations.OperationFetcher;
import io.operations.OperationSnapshot;
import io.operations.OperationsListener;
import reactor.core.publisher.Mono;

/**
 * Observes each attempt to fetch an operation and notifies the listener of its outcome.
 *
 * @since 0.1.0
 */
public final class ObservedOperationFetcher implements OperationFetcher {

	private final OperationFetcher next;

	private final OperationsObservations observations;

	private final OperationsListener listener;

	/**
	 * Create the fetcher.
	 * @param next makes one attempt
	 * @param observations observe the attempt
	 * @param listener notified of the outcome
	 */
	public ObservedOperationFetcher(OperationFetcher next, OperationsObservations observations,
			OperationsListener listener) {
		this.next = next;
		this.observations = observations;
		this.listener = listener;
	}

	@Override
	public Mono<OperationSnapshot> fetch(String operationId) {
		return this.observations.fetch(operationId, this.next.fetch(operationId), this.listener);
	}

}
