package io.operations.observation;

import io.operations.Operation;
import org.jspecify.annotations.Nullable;

/**
 * What is observed of an operation: by whom, which one, and how it went. Its fault, if
 * any, is {@link #getError()}.
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
	 * Return the operation's id: not to be used as a tag of low cardinality.
	 * @return the id
	 */
	public String getOperationId() {
		return this.operationId;
	}

	/**
	 * Return the operation as it was seen.
	 * @return the operation, {@code null} if it was not seen
	 */
	public @Nullable Operation getOperation() {
		return this.operation;
	}

	void setOperation(Operation operation) {
		this.operation = operation;
	}

	/**
	 * Return whether the caller cancelled.
	 * @return {@code true} if it did, before there was an outcome
	 */
	public boolean isCancelled() {
		return this.cancelled;
	}

	void setCancelled() {
		this.cancelled = true;
	}

}
