package io.operations.observation;

import java.util.List;

import io.operations.internal.TraceParent;
import org.jspecify.annotations.Nullable;

/**
 * Holds the data of the observation of one attempt to deliver an outcome. The operation
 * is the one that a poll saw last.
 *
 * @since 0.1.0
 */
public final class OperationDeliveryObservationContext extends OperationsObservationContext {

	private final int attempts;

	private final @Nullable TraceParent tracked;

	private volatile String result = "unknown";

	/**
	 * Create the context.
	 * @param client the name of the client
	 * @param operationId the operation's id
	 * @param attempts how many attempts to deliver the outcome have begun, with this one
	 */
	public OperationDeliveryObservationContext(String client, String operationId, int attempts) {
		this(client, operationId, attempts, null);
	}

	OperationDeliveryObservationContext(String client, String operationId, int attempts,
			@Nullable TraceParent tracked) {
		super(client, operationId);
		this.attempts = attempts;
		this.tracked = tracked;
	}

	/**
	 * Return how many attempts to deliver the outcome have begun, with this one.
	 * @return the number of attempts
	 */
	public int getAttempts() {
		return this.attempts;
	}

	/**
	 * Return how the attempt ended.
	 * @return {@code delivered}, {@code failed}, {@code undelivered} or
	 * {@code forgotten}; {@code unknown} while the attempt lasts
	 */
	public String getResult() {
		return this.result;
	}

	void setResult(String result) {
		this.result = result;
	}

	List<TraceParent> links() {
		return (this.tracked != null) ? List.of(this.tracked) : List.of();
	}

}
