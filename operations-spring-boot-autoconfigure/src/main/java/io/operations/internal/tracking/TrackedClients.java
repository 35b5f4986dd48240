package io.operations.internal.tracking;

import java.util.Map;

import io.operations.AcceptedOperation;
import io.operations.internal.polling.OperationPolls;

/**
 * Knows the clients whose operations an application tracks. Clients may join and leave
 * while the application runs.
 *
 * @since 0.1.0
 */
public interface TrackedClients {

	/**
	 * Return the polls of each client by its name.
	 * @return the polls, those of the default client first
	 */
	Map<String, OperationPolls> all();

	/**
	 * Return the name of the client that serves an operation, by the origin and the path
	 * of its status URL. Without a status URL, the form of the id may name the client.
	 * @param accepted the operation
	 * @return the name of the client
	 * @throws IllegalArgumentException if no client or more than one serves the operation
	 */
	String serving(AcceptedOperation accepted);

	/**
	 * Check that a client can poll an operation.
	 * @param client the name of the client
	 * @param accepted the operation
	 * @throws RuntimeException if its status URL belongs to another product or server
	 */
	void checkServed(String client, AcceptedOperation accepted);

}
