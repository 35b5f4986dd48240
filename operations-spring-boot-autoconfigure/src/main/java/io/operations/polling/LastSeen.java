package io.operations.polling;

import java.net.URI;

import io.operations.Operation;
import org.jspecify.annotations.Nullable;

/**
 * An operation as a wait keeps it from poll to poll. Its URL is kept as text, since a
 * {@link URI} has each of its parts as text of its own besides: as much as all else of
 * the operation.
 *
 * @param withoutUrl the operation, but for its URL
 * @param statusUrl its URL, {@code null} if it has none
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
