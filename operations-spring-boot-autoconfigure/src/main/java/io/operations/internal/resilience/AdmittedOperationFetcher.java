package io.operations.internal.resilience;

import io.operations.OperationFetcher;
import io.operations.OperationSnapshot;
import reactor.core.publisher.Mono;

/**
 * Passes each attempt through the admission.
 *
 * @since 0.1.0
 */
public final class AdmittedOperationFetcher implements OperationFetcher {

	private final OperationFetcher next;

	private final Admission admission;

	/**
	 * Create the fetcher.
	 * @param next the fetcher to call when the admission allows it
	 * @param admission the account's admission
	 */
	public AdmittedOperationFetcher(OperationFetcher next, Admission admission) {
		this.next = next;
		this.admission = admission;
	}

	/**
	 * Fetch an operation when the admission allows it. The {@code Mono} emits on a thread
	 * of the HTTP client. A refusal by the admission arrives on the caller's thread or on
	 * a thread of the scheduler.
	 * @param operationId the operation's id
	 * @return the result of the next fetcher, or the refusal by the admission
	 */
	@Override
	public Mono<OperationSnapshot> fetch(String operationId) {
		return this.admission.admit(operationId, this.next.fetch(operationId));
	}

}
