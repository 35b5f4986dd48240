package io.operations.core;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

import io.operations.AcceptedOperation;
import io.operations.OperationsErrorResponse;
import io.operations.internal.client.OperationFormat;
import org.jspecify.annotations.Nullable;

/**
 * Finds the client that serves an operation, by its status URL or by its id, among the
 * clients that exist at one moment.
 *
 * @param clients the clients by their names
 */
record ClientRouting(Map<String, OperationsTemplate> clients) {

	/**
	 * Return the client that serves an operation.
	 * @param accepted the operation as the response to the write describes it
	 * @return the client
	 * @throws IllegalArgumentException if no client or more than one serves the operation
	 */
	OperationsTemplate clientOf(AcceptedOperation accepted) {
		List<String> serving = serving(accepted);
		if (serving.size() == 1) {
			return Objects.requireNonNull(this.clients.get(serving.get(0)));
		}
		String operation = "The operation '" + OperationsErrorResponse.printable(accepted.id()) + "' ";
		if (this.clients.isEmpty()) {
			throw new IllegalArgumentException(operation + "is not served, because there is no client. Configure one as"
					+ " operations.clients.<name>, or register its template.");
		}
		URI statusUrl = accepted.statusUrl();
		if (statusUrl == null) {
			List<String> candidates = serving.isEmpty() ? List.copyOf(this.clients.keySet()) : serving;
			throw new IllegalArgumentException(operation + "names no status URL, so its client is not known. Await it"
					+ " with the client of the write, for example OperationsClients.get(\"" + candidates.get(0)
					+ "\").await(accepted). The clients that may serve it are: " + String.join(", ", candidates) + ".");
		}
		String url = "has the status URL " + StatusUrls.shown(statusUrl) + ", but ";
		if (serving.isEmpty()) {
			throw new IllegalArgumentException(operation + url + "no client serves it. The clients are: "
					+ this.clients.entrySet().stream().map(ClientRouting::describe).toList()
					+ ". Configure one with this base URL and path as operations.clients.<name>.");
		}
		throw new IllegalArgumentException(operation + url + "several clients serve it: " + String.join(", ", serving)
				+ ". Choose the account with OperationsClients.get(name).");
	}

	/**
	 * Return the names of the clients that serve an operation. A client with exactly this
	 * base URL and path has precedence over one that serves it behind a gateway.
	 * @param accepted the operation
	 * @return the names
	 */
	List<String> serving(AcceptedOperation accepted) {
		URI statusUrl = accepted.statusUrl();
		if (statusUrl == null) {
			return servingId(accepted.id());
		}
		List<String> exact = names((template) -> template.hasStatusUrl(statusUrl));
		return exact.isEmpty() ? names((template) -> template.serves(accepted)) : exact;
	}

	// An id that does not begin as the ids of a known form do may belong to any client.
	private List<String> servingId(String id) {
		boolean isKnown = !names((template) -> hasFormat(template, (format) -> format.hasIdPrefix(id))).isEmpty();
		List<String> serving = names((template) -> hasFormat(template, (format) -> !isKnown || format.mayHaveId(id)));
		return (serving.isEmpty() && this.clients.size() == 1) ? List.copyOf(this.clients.keySet()) : serving;
	}

	private static boolean hasFormat(OperationsTemplate template, Predicate<OperationFormat> test) {
		OperationFormat format = given(template.format());
		return format != null && test.test(format);
	}

	// A mock in a test returns null even if the type does not allow it.
	private static <T> @Nullable T given(@Nullable T part) {
		return part;
	}

	private List<String> names(Predicate<OperationsTemplate> serving) {
		return this.clients.entrySet()
			.stream()
			.filter((client) -> serving.test(client.getValue()))
			.map(Map.Entry::getKey)
			.toList();
	}

	private static String describe(Map.Entry<String, OperationsTemplate> client) {
		return client.getKey() + " (" + client.getValue().statusUrls() + ")";
	}

}
