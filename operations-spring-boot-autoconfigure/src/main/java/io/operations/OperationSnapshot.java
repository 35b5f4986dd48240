package io.operations;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

import io.operations.internal.ConcurrentRequests;
import org.jspecify.annotations.Nullable;

/**
 * Contains what the server answered to one request for an operation.
 *
 * @param operation the operation
 * @param retryAfter how long the server wants the client to wait before the next request;
 * {@code null} if it named no time
 * @param serverTime when the server answered, by its own clock (the {@code Date} header);
 * the time of the local clock if the header is missing
 * @param requestId the {@code Twilio-Request-Id}, which the vendor's support needs to
 * find the request; {@code null} if the server sent none
 * @param concurrentRequests how many requests of the account were in flight
 * ({@link ConcurrentRequests}); {@code null} if the server did not report it
 * @since 0.1.0
 */
public record OperationSnapshot(Operation operation, @Nullable Duration retryAfter, Instant serverTime,
		@Nullable String requestId, @Nullable Integer concurrentRequests) {

	private static final Duration CLOCK_DIFFERENCE = Duration.ofDays(-1);

	/**
	 * Create a snapshot of a response without a request id and without a number of
	 * concurrent requests.
	 * @param operation the operation
	 * @param retryAfter how long the server wants the client to wait before the next
	 * request; {@code null} if it named no time
	 * @param serverTime when the server answered, by its own clock
	 */
	public OperationSnapshot(Operation operation, @Nullable Duration retryAfter, Instant serverTime) {
		this(operation, retryAfter, serverTime, null, null);
	}

	/**
	 * Return how old the operation was when the server answered, by the server's clock.
	 * @return its age; empty if it is not known or not plausible
	 */
	public Optional<Duration> age() {
		return since(this.operation.createdAt());
	}

	/**
	 * Return how much time had passed between the end of the operation and the server's
	 * response, by the server's clock.
	 * @return the time; empty if it is not known or not plausible
	 */
	public Optional<Duration> sinceCompletion() {
		return since(this.operation.completedAt());
	}

	/**
	 * Return whether the times that the server sent are plausible. The client learns no
	 * durations from other times.
	 * @return {@code false} if one of the times or their order is not plausible
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
		// The Date header counts whole seconds, and the server may use several clocks.
		return Optional.of(since.isNegative() ? Duration.ZERO : since);
	}

}
