package io.operations.internal.polling;

import java.net.URI;

import io.operations.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Holds an operation in a wait between two polls. The URL is kept as text, because a
 * {@link URI} also keeps each of its parts as text and takes as much memory as the rest
 * of the operation.
 *
 * @param withoutUrl the operation without its URL
 * @param statusUrl the URL of the operation, {@code null} if it has none
 */
record LastSeen(Operation withoutUrl, @Nullable String statusUrl) {

	static LastSeen of(Operation operation) {
		URI url = operation.statusUrl();
		return (url != null) ? new LastSeen(withUrl(operation, null), url.toString()) : new LastSeen(operation, null);
	}

	Operation operation() {
		return (this.statusUrl != null) ? withUrl(this.withoutUrl, URI.create(this.statusUrl)) : this.withoutUrl;
	}

	private static Operation withUrl(Operation operation, @Nullable URI url) {
		return new Operation(operation.id(), operation.status(), operation.statusText(), operation.createdAt(),
				operation.completedAt(), url, operation.error(), operation.related(), operation.details());
	}

}
