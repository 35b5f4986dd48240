package io.operations.resilience;

import io.operations.OperationFetcher;
import io.operations.OperationSnapshot;
import io.operations.OperationsListener;
import io.operations.OperationsThrottledException;
import reactor.core.publisher.Mono;

/**
 * Asks the admission before each attempt, and tells it when the server throttles.
 *
 * @since 0.1.0
 */
public final class AdmittedOperationFetcher implements OperationFetcher {

	private final OperationFetcher next;

	private final Admission admission;

	private final String client;

	private final OperationsListener listener;

	/**
	 * Create the fetcher.
	 * @param next the fetcher that is called once admitted
	 * @param admission the account's admission
	 * @param client the name of the client
	 * @param listener told of throttling
	 */
	public AdmittedOperationFetcher(OperationFetcher next, Admission admission, String client,
			OperationsListener listener) {
		this.next = next;
		this.admission = admission;
		this.client = client;
		this.listener = listener;
	}

	/**
	 * Fetch an operation once admitted. Emits on the thread of the HTTP client; a refusal
	 * of our own on the caller's or the scheduler's.
	 * @param operationId the operation's id
	 * @return what the next fetcher yields, or a refusal of our own
	 */
	@Override
	public Mono<OperationSnapshot> fetch(String operationId) {
		Mono<OperationSnapshot> call = this.next.fetch(operationId)
			.doOnNext((snapshot) -> this.admission.accepted())
			// Inside the admission, so that the pause begins before the place in flight
			// is given to the next call.
			.doOnError(OperationsThrottledException.class,
					(throttled) -> this.admission.pause(throttled.getRetryAfter()));
		return this.admission.admit(operationId, call)
			.doOnError(OperationsThrottledException.class,
					(throttled) -> this.listener.throttled(this.client, throttled));
	}

}
