package io.operations;

import java.net.URI;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.http.ProblemDetail;

/**
 * Builds an {@link Operation}, for instance the answer of a mocked template. Not
 * thread-safe.
 *
 * @since 0.1.0
 * @see Operation#builder(String)
 */
public final class OperationBuilder {

	private final String id;

	private OperationStatus status = OperationStatus.COMPLETED;

	private @Nullable String statusText;

	private @Nullable Instant createdAt;

	private @Nullable Instant completedAt;

	private @Nullable URI statusUrl;

	private @Nullable ProblemDetail error;

	private final Map<String, String> related = new LinkedHashMap<>();

	private final Map<String, @Nullable Object> details = new LinkedHashMap<>();

	OperationBuilder(String id) {
		this.id = id;
	}

	/**
	 * Set the status. The default is COMPLETED.
	 * @param status the status
	 * @return this builder
	 */
	public OperationBuilder status(OperationStatus status) {
		this.status = status;
		return this;
	}

	/**
	 * Set the status as the server sent it. The default is the name of the status.
	 * @param statusText the text
	 * @return this builder
	 */
	public OperationBuilder statusText(String statusText) {
		this.statusText = statusText;
		return this;
	}

	/**
	 * Set when the server created the operation.
	 * @param createdAt the time; {@code null}, the default, if it is not known
	 * @return this builder
	 */
	public OperationBuilder createdAt(@Nullable Instant createdAt) {
		this.createdAt = createdAt;
		return this;
	}

	/**
	 * Set when the operation ended.
	 * @param completedAt the time; {@code null}, the default, if it is not known
	 * @return this builder
	 */
	public OperationBuilder completedAt(@Nullable Instant completedAt) {
		this.completedAt = completedAt;
		return this;
	}

	/**
	 * Set the URL that reports the operation's status.
	 * @param statusUrl the URL; {@code null}, the default, for none
	 * @return this builder
	 */
	public OperationBuilder statusUrl(@Nullable URI statusUrl) {
		this.statusUrl = statusUrl;
		return this;
	}

	/**
	 * Set why the operation failed.
	 * @param error the error; {@code null}, the default, for none
	 * @return this builder
	 */
	public OperationBuilder error(@Nullable ProblemDetail error) {
		this.error = error;
		return this;
	}

	/**
	 * Add the id of a resource that the operation is about.
	 * @param key the kind of resource, for instance {@code configurationId}
	 * @param id the id
	 * @return this builder
	 */
	public OperationBuilder related(String key, String id) {
		this.related.put(key, id);
		return this;
	}

	/**
	 * Add another member that the server sent.
	 * @param name the name of the member
	 * @param value its value
	 * @return this builder
	 */
	public OperationBuilder detail(String name, @Nullable Object value) {
		this.details.put(name, value);
		return this;
	}

	/**
	 * Build the operation.
	 * @return the operation
	 */
	public Operation build() {
		return new Operation(this.id, this.status, (this.statusText != null) ? this.statusText : this.status.name(),
				this.createdAt, this.completedAt, this.statusUrl, this.error, this.related, this.details);
	}

}
