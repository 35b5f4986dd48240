package io.operations;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import org.springframework.http.ProblemDetail;
import org.springframework.util.Assert;

/**
 * A long-running operation as the endpoint last told of it. Immutable.
 *
 * @param id the id that was asked for
 * @param status what the status text means
 * @param statusText the status as it was sent, without white space round it; empty if
 * none was sent
 * @param createdAt when the operation was created, by the server's clock
 * @param completedAt when it completed or failed, by the server's clock
 * @param statusUrl where its status is told, perhaps relative
 * @param error what went wrong, of an operation that failed; {@code null}, too, if it was
 * sent as something else than an object, which is then among the details
 * @param related ids of what the operation is about, by kind: usable once it is COMPLETED
 * @param details everything else that was sent; values may be {@code null}
 * @since 0.1.0
 */
public record Operation(String id, OperationStatus status, String statusText, @Nullable Instant createdAt,
		@Nullable Instant completedAt, @Nullable URI statusUrl, @Nullable ProblemDetail error,
		Map<String, String> related, Map<String, @Nullable Object> details) {

	// Longer than any operation takes, and short enough for a sum of nanoseconds.
	static final Duration LONGEST = Duration.ofDays(3650);

	private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

	public Operation {
		Assert.notNull(id, "'id' must not be null");
		Assert.notNull(status, "'status' must not be null");
		Assert.notNull(statusText, "'statusText' must not be null");
		statusText = OperationStatus.strip(statusText);
		// Nearly all are related to one thing, and a wait keeps its operation for long.
		related = (related.size() <= 1) ? Map.copyOf(related)
				: Collections.unmodifiableMap(new LinkedHashMap<>(related));
		details = details.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(details));
	}

	/**
	 * Return what went wrong, of an operation that failed.
	 * @return a copy, which is the caller's to change; {@code null} if nothing was told
	 */
	@Override
	public @Nullable ProblemDetail error() {
		if (this.error == null) {
			return null;
		}
		ProblemDetail copy = ProblemDetail.forStatus(this.error.getStatus());
		if (this.error.getType() != null) {
			copy.setType(this.error.getType());
		}
		copy.setTitle(this.error.getTitle());
		copy.setDetail(this.error.getDetail());
		copy.setInstance(this.error.getInstance());
		if (this.error.getProperties() != null) {
			this.error.getProperties().forEach(copy::setProperty);
		}
		return copy;
	}

	/**
	 * Return why the operation failed, in the server's words, whatever form they came in:
	 * a problem, the vendor's own {@code code} and {@code message}, a list or a text.
	 * @return one line fit for messages and logs, empty if the server told nothing
	 */
	public Optional<String> errorText() {
		return Optional.ofNullable(ErrorText.of(this));
	}

	/**
	 * Return whether the operation has ended.
	 * @return {@code true} if its status is COMPLETED, FAILED or CANCELLED
	 */
	public boolean isTerminal() {
		return this.status.isTerminal();
	}

	/**
	 * Return whether another sighting of the operation tells the same status. A
	 * difference of case alone is no change.
	 * @param other the operation as another answer told of it
	 * @return {@code true} if both have the same word for their status
	 */
	public boolean hasStatusOf(Operation other) {
		return this.statusText.equalsIgnoreCase(other.statusText);
	}

	/**
	 * Return how long the operation took, by the server's clock.
	 * @return the time from {@code createdAt} to {@code completedAt}, empty unless both
	 * are known and can be true: an unset time is often sent as one of the year 1, 1970
	 * or 9999
	 */
	public Optional<Duration> duration() {
		if (this.createdAt == null || this.completedAt == null || !isCredible(this.createdAt)
				|| !isCredible(this.completedAt)) {
			return Optional.empty();
		}
		Duration duration = Duration.between(this.createdAt, this.completedAt);
		return (duration.isNegative() || duration.compareTo(LONGEST) > 0) ? Optional.empty() : Optional.of(duration);
	}

	private static boolean isCredible(Instant time) {
		return time.isAfter(Instant.EPOCH) && time.isBefore(LATEST);
	}

	/**
	 * Return the id that the answer named, if it is another one than was asked for: then
	 * all that the answer told is about that operation. The two are compared exactly.
	 * @return the id, empty if the answer named the operation or none
	 */
	public Optional<String> answeredId() {
		Object id = this.details.get("operationId");
		String text = (id instanceof String || id instanceof Number) ? String.valueOf(id) : "";
		return text.isBlank() ? Optional.empty() : Optional.of(text);
	}

	/**
	 * Return the id of a related resource.
	 * @param key the kind of resource, for instance {@code configurationId}
	 * @return the id, empty if the operation has none of that kind
	 */
	public Optional<String> related(String key) {
		return Optional.ofNullable(this.related.get(key));
	}

	/**
	 * Return the id of what the operation made, where its answer names it as a result
	 * ({@code result.id} or {@code resultId}) and not among the related ids.
	 * @return the id, empty if the answer names none
	 */
	public Optional<String> resultId() {
		Object result = this.details.get("result");
		String id = (result instanceof Map<?, ?> members) ? idOf(members.get("id")) : null;
		return Optional.ofNullable((id != null) ? id : idOf(this.details.get("resultId")));
	}

	private static @Nullable String idOf(@Nullable Object value) {
		boolean isId = value instanceof Number || (value instanceof String text && !text.isBlank());
		return isId ? String.valueOf(value) : null;
	}

	/**
	 * Return the id of the configuration that the operation creates, changes or deletes.
	 * @return the id, empty if the operation is about something else
	 */
	public Optional<String> configurationId() {
		return related("configurationId");
	}

	/**
	 * Return the id of the conversation that the operation deletes.
	 * @return the id, empty if the operation is about something else
	 */
	public Optional<String> conversationId() {
		return related("conversationId");
	}

}
