package io.operations;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

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

	private static final Duration CLOCK_DIFFERENCE = Duration.ofDays(-1);

	/**
	 * Create a snapshot of an answer that told nothing of itself.
	 * @param operation the operation
	 * @param retryAfter how long the server asks to wait before the next fetch
	 * @param serverTime when the server answered, by its own clock
	 */
	public OperationSnapshot(Operation operation, @Nullable Duration retryAfter, Instant serverTime) {
		this(operation, retryAfter, serverTime, null, null);
	}

	/**
	 * Return how old the operation was when the server answered, by the server's clock.
	 * @return its age, empty if it is not known or cannot be true
	 */
	public Optional<Duration> age() {
		return since(this.operation.createdAt());
	}

	/**
	 * Return how long the operation had been at its end when the server answered, by the
	 * server's clock.
	 * @return the time, empty if it is not known or cannot be true
	 */
	public Optional<Duration> sinceCompletion() {
		return since(this.operation.completedAt());
	}

	/**
	 * Return whether the times that the server told can be true. From others nothing is
	 * to be learned.
	 * @return {@code false} if one of them, or the order of both, is impossible
	 */
	public boolean hasCredibleTimes() {
		boolean created = this.operation.createdAt() != null;
		boolean completed = this.operation.completedAt() != null;
		return (!created || age().isPresent()) && (!completed || sinceCompletion().isPresent())
				&& (!created || !completed || this.operation.duration().isPresent());
	}

	private Optional<Duration> since(@Nullable Instant time) {
		if (time == null) {
			return Optional.empty();
		}
		Duration since = Duration.between(time, this.serverTime);
		if (since.compareTo(CLOCK_DIFFERENCE) < 0 || since.compareTo(Operation.LONGEST) > 0) {
			return Optional.empty();
		}
		// The Date header has whole seconds, and the server may have more than one clock.
		return Optional.of(since.isNegative() ? Duration.ZERO : since);
	}

}
