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
 * Describes a long-running operation as the server last reported it. Immutable.
 *
 * @param id the id that was requested
 * @param status the meaning of the status text
 * @param statusText the status as the server sent it, without leading and trailing white
 * space; empty if the server sent none
 * @param createdAt when the server created the operation, by the server's clock;
 * {@code null} if the server sent no readable time
 * @param completedAt when the operation completed or failed, by the server's clock. If
 * the server sends no such time, this is the time of the last update of an operation that
 * has ended. {@code null} if the server sent no readable time
 * @param statusUrl the URL that reports the operation's status, possibly relative;
 * {@code null} if the server sent none that can be read
 * @param error why the operation failed; {@code null} if the server sent no JSON object
 * as the error. {@code details} contains an error in another form
 * @param related the ids of the resources that the operation is about, each under the
 * kind of resource; usable once the operation is COMPLETED
 * @param details all other members that the server sent; values may be {@code null}
 * @since 0.1.0
 */
public record Operation(String id, OperationStatus status, String statusText, @Nullable Instant createdAt,
		@Nullable Instant completedAt, @Nullable URI statusUrl, @Nullable ProblemDetail error,
		Map<String, String> related, Map<String, @Nullable Object> details) {

	// Longer than any operation takes, but short enough to count in nanoseconds.
	static final Duration LONGEST = Duration.ofDays(3650);

	private static final String SCHEDULED = "SCHEDULED";

	private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

	public Operation {
		Assert.notNull(id, "'id' must not be null");
		Assert.notNull(status, "'status' must not be null");
		Assert.notNull(statusText, "'statusText' must not be null");
		statusText = OperationStatus.strip(statusText);
		// Most operations have one related id, and a wait keeps its operation for long.
		related = (related.size() <= 1) ? Map.copyOf(related)
				: Collections.unmodifiableMap(new LinkedHashMap<>(related));
		details = details.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(details));
	}

	/**
	 * Return a builder for an operation, for instance the answer of a mocked template.
	 * @param id the id
	 * @return the builder
	 */
	public static OperationBuilder builder(String id) {
		return new OperationBuilder(id);
	}

	/**
	 * Return why the operation failed.
	 * @return a copy that the caller may change; {@code null} if the server sent no error
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
	 * Return the server's explanation of why the operation failed. The server may send it
	 * as an RFC 9457 problem, as the vendor's {@code code} and {@code message}, as a list
	 * or as plain text.
	 * @return one line, trimmed and escaped for messages and logs; empty if the server
	 * sent no explanation
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
	 * Return whether the operation begins at a later time that the caller of the write
	 * has named: its status text is {@code SCHEDULED}. It may not begin for days, and the
	 * library polls it rarely meanwhile. The comparison ignores case.
	 * @return {@code true} if the operation has not begun because it is scheduled
	 */
	public boolean isScheduled() {
		return !isTerminal() && SCHEDULED.equalsIgnoreCase(this.statusText);
	}

	/**
	 * Return whether another report of this operation has the same status text. The
	 * comparison ignores case.
	 * @param other the operation as another response reported it
	 * @return {@code true} if both status texts are the same
	 */
	public boolean hasStatusOf(Operation other) {
		return this.statusText.equalsIgnoreCase(other.statusText);
	}

	/**
	 * Return how long the operation took, by the server's clock.
	 * @return the time from {@code createdAt} to {@code completedAt}; empty if one of
	 * them is missing or not plausible. Servers often send an unset time as one in the
	 * year 1, 1970 or 9999.
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
	 * Return the id in the response if it differs from the requested id. In that case
	 * everything in this operation describes that other operation. The comparison of the
	 * two ids is exact.
	 * @return the id; empty if the response names the requested operation or none
	 */
	public Optional<String> answeredId() {
		Object id = this.details.get("operationId");
		String text = (id instanceof String || id instanceof Number) ? String.valueOf(id) : "";
		return text.isBlank() ? Optional.empty() : Optional.of(text);
	}

	/**
	 * Return the id of a related resource.
	 * @param key the kind of resource, for instance {@code configurationId}
	 * @return the id; empty if the operation has none of that kind
	 */
	public Optional<String> related(String key) {
		return Optional.ofNullable(this.related.get(key));
	}

	/**
	 * Return the id of the resource that the operation created, from {@code result.id} or
	 * {@code resultId} of the response. Some products report the id there instead of
	 * among the related ids.
	 * @return the id; empty if the response contains neither
	 */
	public Optional<String> resultId() {
		Object result = this.details.get("result");
		String id = (result instanceof Map<?, ?> members) ? idOf(members.get("id")) : null;
		return Optional.ofNullable((id != null) ? id : idOf(this.details.get("resultId")));
	}

	/**
	 * Return the URL of what the operation created, from {@code resultUrl} of the
	 * response.
	 * @return the URL, possibly relative; empty if the response contains none that can be
	 * read
	 */
	public Optional<URI> resultUrl() {
		try {
			return (this.details.get("resultUrl") instanceof String text && !text.isBlank())
					? Optional.of(URI.create(text.trim())) : Optional.empty();
		}
		catch (IllegalArgumentException ex) {
			return Optional.empty();
		}
	}

	/**
	 * Return how many items the operation has processed, from {@code stats} or
	 * {@code summary} of the response. Operations on many items, such as messages to many
	 * recipients, report these counts.
	 * <p>
	 * Such an operation is COMPLETED when the server has processed all its items. Items
	 * may have failed nevertheless. {@code stats().getOrDefault("failed", 0L)} returns
	 * their number.
	 * @return the count of each sort of items under the name that the server uses, for
	 * instance {@code total}, {@code sent} and {@code failed}; empty if the response
	 * contains no counts
	 */
	public Map<String, Long> stats() {
		Object stats = this.details.get((this.details.get("stats") instanceof Map) ? "stats" : "summary");
		if (!(stats instanceof Map<?, ?> members)) {
			return Map.of();
		}
		Map<String, Long> counts = new LinkedHashMap<>();
		members.forEach((name, count) -> {
			if (count instanceof Integer || count instanceof Long) {
				counts.put(String.valueOf(name), ((Number) count).longValue());
			}
		});
		return Collections.unmodifiableMap(counts);
	}

	private static @Nullable String idOf(@Nullable Object value) {
		boolean isId = value instanceof Number || (value instanceof String text && !text.isBlank());
		return isId ? String.valueOf(value) : null;
	}

	/**
	 * Return the id of the configuration that the operation creates, changes or deletes.
	 * @return the id; empty if the operation is not about a configuration
	 */
	public Optional<String> configurationId() {
		return related("configurationId");
	}

	/**
	 * Return the id of the conversation that the operation deletes.
	 * @return the id; empty if the operation is not about a conversation
	 */
	public Optional<String> conversationId() {
		return related("conversationId");
	}

}
