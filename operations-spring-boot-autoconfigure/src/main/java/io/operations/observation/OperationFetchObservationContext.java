package io.operations.observation;

import java.util.ArrayList;
import java.util.List;

import io.operations.internal.PollOrigin;
import io.operations.internal.TraceParent;
import org.jspecify.annotations.Nullable;

/**
 * Holds the data of the observation of one attempt to fetch an operation.
 *
 * @since 0.1.0
 */
public final class OperationFetchObservationContext extends OperationsObservationContext {

	private final @Nullable PollOrigin origin;

	private List<TraceParent> links = List.of();

	/**
	 * Create the context.
	 * @param client the name of the client
	 * @param operationId the operation's id
	 */
	public OperationFetchObservationContext(String client, String operationId) {
		this(client, operationId, null);
	}

	OperationFetchObservationContext(String client, String operationId, @Nullable PollOrigin origin) {
		super(client, operationId);
		this.origin = origin;
	}

	boolean isPoll() {
		return this.origin != null;
	}

	// Before the start only.
	void addLink(TraceParent span) {
		if (this.links.isEmpty()) {
			this.links = new ArrayList<>(2);
		}
		this.links.add(span);
	}

	List<TraceParent> links() {
		return this.links;
	}

}
