package io.operations;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * What one fetch learned.
 *
 * @param operation the operation
 * @param retryAfter how long the server asks to wait before the next fetch
 * @param serverTime when the server answered, by its own clock (the {@code Date} header;
 * where it is missing, the local clock)
 * @param requestId the {@code Twilio-Request-Id}, which the vendor's support asks for
 * @param concurrentRequests how many requests of the account were under way, where the
 * server tells ({@link ConcurrentRequests})
 * @since 0.1.0
 */
public record OperationSnapshot(Operation operation, @Nullable Duration retryAfter, Instant serverTime,
		@Nullable String requestId, @Nullable Integer concurrentRequests) {

	/**
	 * Create a snapshot of an answer that told nothing of itself.
	 * @param operation the operation
	 * @param retryAfter how long the server asks to wait before the next fetch
	 * @param serverTime when the server answered, by its own clock
	 */
	public OperationSnapshot(Operation operation, @Nullable Duration retryAfter, Instant serverTime) {
		this(operation, retryAfter, serverTime, null, null);
	}

}
