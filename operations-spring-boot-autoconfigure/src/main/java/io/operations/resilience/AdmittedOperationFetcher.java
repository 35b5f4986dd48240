package io.operations.resilience;

import io.operations.OperationFetcher;
import io.operations.OperationSnapshot;
import reactor.core.publisher.Mono;

/**
 * Asks the admission before each attempt.
 *
 * @since 0.1.0
 */
public final class AdmittedOperationFetcher implements OperationFetcher {

	private final OperationFetcher next;

	private final Admission admission;

	/**
	 * Create the fetcher.
	 * @param next the fetcher that is called once admitted
	 * @param admission the account's admission
	 */
	public AdmittedOperationFetcher(OperationFetcher next, Admission admission) {
		this.next = next;
		this.admission = admission;
	}

	/**
	 * Fetch an operation once admitted. Emits on the thread of the HTTP client; a refusal
	 * of our own on the caller's or the scheduler's.
	 * @param operationId the operation's id
	 * @return what the next fetcher yields, or a refusal of our own
	 */
	@Override
	public Mono<OperationSnapshot> fetch(String operationId) {
		return this.admission.admit(operationId, this.next.fetch(operationId));
	}

}
