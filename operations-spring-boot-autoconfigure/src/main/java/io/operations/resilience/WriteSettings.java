package io.operations.resilience;

import org.jspecify.annotations.Nullable;

/**
 * Configures the writes that start operations.
 *
 * @param admitted whether writes pass the admission of the account: its rate, its limit
 * of requests in flight and its pauses. Otherwise the client neither repeats nor observes
 * them, and limits only the time of the response body
 * @param idempotencyKey whether the client adds an {@code Idempotency-Key} to admitted
 * writes without one; {@code null} to add it if the product documents it
 * @since 0.1.0
 */
public record WriteSettings(boolean admitted, @Nullable Boolean idempotencyKey) {

	/**
	 * Return the default settings.
	 * @return admitted writes, with a key if the product documents it
	 */
	public static WriteSettings defaults() {
		return new WriteSettings(true, null);
	}

}
