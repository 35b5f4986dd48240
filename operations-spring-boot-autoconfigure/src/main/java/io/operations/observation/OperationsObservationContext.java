package io.operations.observation;

import io.operations.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Holds the data of an observation: the client, the operation and the outcome.
 * {@link #getError()} returns the error of a call that failed.
 *
 * @since 0.1.0
 */
public abstract class OperationsObservationContext extends KeyValuesContext {

	private final String client;

	private final String operationId;

	private volatile @Nullable Operation operation;

	private volatile boolean cancelled;

	OperationsObservationContext(String client, String operationId) {
		this.client = client;
		this.operationId = operationId;
	}

	/**
	 * Return the name of the client.
	 * @return the name
	 */
	public String getClient() {
		return this.client;
	}

	/**
	 * Return the operation's id. It must not become a low-cardinality key value, because
	 * each operation would add a time series to the metrics.
	 * @return the id
	 */
	public String getOperationId() {
		return this.operationId;
	}

	/**
	 * Return the operation that the call returned.
	 * @return the operation, {@code null} if the call has not returned one
	 */
	public @Nullable Operation getOperation() {
		return this.operation;
	}

	void setOperation(Operation operation) {
		this.operation = operation;
	}

	/**
	 * Return whether the caller cancelled the call before there was an outcome.
	 * @return {@code true} if the caller cancelled it
	 */
	public boolean isCancelled() {
		return this.cancelled;
	}

	void setCancelled() {
		this.cancelled = true;
	}

}
