package io.operations.autoconfigure;

import io.operations.resilience.WriteSettings;
import org.jspecify.annotations.Nullable;

/**
 * Configuration properties of the writes that start operations
 * ({@code operations.writes.*}).
 *
 * @since 0.1.0
 */
public class OperationsWritesProperties {

	/**
	 * Whether requests through operationsWebClient pass the limits of the account as
	 * fetches do: the rate, the limit of requests in flight and the pauses. If not, the
	 * client neither repeats nor observes them, and limits only the time of the response
	 * body.
	 */
	private boolean admitted = true;

	/**
	 * Whether to add an Idempotency-Key to admitted writes that have none. The client can
	 * then repeat them after connection errors and 503. If not set, it adds one if the
	 * product documents this header.
	 */
	private @Nullable Boolean idempotencyKey;

	public boolean isAdmitted() {
		return this.admitted;
	}

	public void setAdmitted(boolean admitted) {
		this.admitted = admitted;
	}

	public @Nullable Boolean getIdempotencyKey() {
		return this.idempotencyKey;
	}

	public void setIdempotencyKey(@Nullable Boolean idempotencyKey) {
		this.idempotencyKey = idempotencyKey;
	}

	WriteSettings toSettings() {
		return new WriteSettings(this.admitted, this.idempotencyKey);
	}

}
