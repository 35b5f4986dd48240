package io.operations.observation;

/**
 * Holds the data of the observation of an attempt of a write. {@link #getError()} returns
 * the error of an attempt that failed, also if the caller handles the response itself.
 *
 * @since 0.1.0
 */
public final class OperationWriteObservationContext extends KeyValuesContext {

	private final String client;

	private volatile boolean cancelled;

	private volatile boolean answered;

	OperationWriteObservationContext(String client) {
		this.client = client;
	}

	/**
	 * Return the name of the client.
	 * @return the name
	 */
	public String getClient() {
		return this.client;
	}

	/**
	 * Return whether the caller cancelled the attempt before there was an outcome.
	 * @return {@code true} if the caller cancelled it
	 */
	public boolean isCancelled() {
		return this.cancelled;
	}

	void setCancelled() {
		this.cancelled = true;
	}

	/**
	 * Return whether the server accepted the write.
	 * @return {@code true} after a response with a status of 2xx
	 */
	public boolean isAnswered() {
		return this.answered;
	}

	void setAnswered() {
		this.answered = true;
	}

}
