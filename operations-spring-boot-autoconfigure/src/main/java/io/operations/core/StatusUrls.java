package io.operations.core;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import io.operations.AcceptedOperation;
import io.operations.OperationsErrorResponse;
import io.operations.OperationsProduct;
import io.operations.OperationsRequestException;
import io.operations.internal.client.BaseUrl;
import io.operations.internal.client.OperationFormat;
import io.operations.internal.client.Origin;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a template can poll an operation with a given status URL. A server
 * behind a gateway reports its public URL. Therefore a template also accepts the URLs of
 * its product, whatever the base URL of the template is.
 */
final class StatusUrls {

	private static final String ID = "{id}";

	private final String client;

	private final URI baseUrl;

	private final String path;

	private final OperationsProduct product;

	private final String keyPrefix;

	StatusUrls(String client, URI baseUrl, String path, OperationsProduct product, String keyPrefix) {
		this.client = client;
		this.baseUrl = baseUrl;
		this.path = path.replaceFirst("\\?.*", "");
		this.product = product;
		this.keyPrefix = keyPrefix;
	}

	OperationFormat format() {
		return OperationFormat.of(this.product);
	}

	boolean serves(@Nullable URI statusUrl) {
		String of = (statusUrl != null) ? statusUrl.getRawPath() : null;
		if (statusUrl == null || of == null || !of.startsWith("/")) {
			return true;
		}
		Origin origin = Origin.of(statusUrl);
		if (origin != null && !isOrigin(origin) && !isOf(this.product, origin)) {
			return false;
		}
		String base = (this.baseUrl.getRawPath() != null) ? this.baseUrl.getRawPath() : "";
		return matches(base + this.path, of) || matches(this.path, of) || matches(this.product.path(), of);
	}

	/**
	 * Return whether a status URL has the path of an operation below the base URL. An
	 * absolute URL must also have the origin of the base URL.
	 * @param statusUrl the URL
	 * @return {@code true} if the URL fits
	 */
	boolean fits(URI statusUrl) {
		Origin origin = Origin.of(statusUrl);
		String of = statusUrl.getRawPath();
		return of != null && (origin == null || origin.equals(Origin.of(this.baseUrl)))
				&& matches(this.baseUrl.getRawPath() + this.path, of);
	}

	// A mock on this machine has several names and, in a container, another port.
	private boolean isOrigin(Origin origin) {
		return origin.equals(Origin.of(this.baseUrl))
				|| (BaseUrl.isLoopback(origin.host()) && BaseUrl.isLoopback(this.baseUrl.getHost()));
	}

	private static boolean isOf(OperationsProduct product, Origin origin) {
		return origin.equals(Origin.of(URI.create(product.baseUrl())));
	}

	private static boolean matches(String template, String path) {
		int id = template.indexOf(ID);
		String trimmed = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
		if (id < 0) {
			// Without an id in the path, the query contains the id.
			return trimmed.equals(template);
		}
		String before = template.substring(0, id);
		String after = template.substring(id + ID.length());
		int end = trimmed.length() - after.length();
		return trimmed.startsWith(before) && trimmed.endsWith(after) && end > before.length()
				&& trimmed.substring(before.length(), end).indexOf('/') < 0;
	}

	/**
	 * Return the exception for an operation that another template must poll.
	 * @param accepted the operation
	 * @param clients the names of the clients that can poll it
	 * @return the exception, which names the base URL that the operation needs
	 */
	OperationsRequestException foreign(AcceptedOperation accepted, List<String> clients) {
		URI statusUrl = accepted.statusUrl();
		return new OperationsRequestException(
				"Operation '" + OperationsErrorResponse.printable(accepted.id()) + "' does not belong to the client '"
						+ this.client + "': its status URL is '" + ((statusUrl != null) ? shown(statusUrl) : "null")
						+ "', but the client polls " + this.baseUrl + this.path + " (product " + this.product
						+ "). No request was sent. Await it with a client that has "
						+ ((statusUrl != null) ? wanted(statusUrl) : "its base URL") + serving(clients) + ".",
				accepted.id(), null);
	}

	/**
	 * Return a status URL for a message, without parts that may be secret.
	 * @param statusUrl the URL
	 * @return the URL without user info, query and fragment
	 */
	static String shown(URI statusUrl) {
		return OperationsErrorResponse
			.printable(statusUrl.toString().replaceFirst("[?#].*", "").replaceFirst("//[^/]*@", "//"));
	}

	private static String serving(List<String> clients) {
		return clients.isEmpty() ? "" : ": OperationsClients.get(name) returns " + String.join(", ", clients);
	}

	@Override
	public String toString() {
		return this.baseUrl + this.path;
	}

	private String wanted(URI statusUrl) {
		String path = (statusUrl.getRawPath() != null) ? statusUrl.getRawPath() : "";
		Origin origin = Origin.of(statusUrl);
		Optional<OperationsProduct> product = Stream.of(OperationsProduct.values())
			.filter((each) -> matches(each.path(), path) && (origin == null || isOf(each, origin)))
			.findFirst();
		if (product.isPresent()) {
			return "the base URL " + product.get().baseUrl() + " (" + this.keyPrefix + ".product=" + product.get()
					+ ")";
		}
		return (origin != null) ? "the base URL " + origin + " and the path of the status URL"
				: "the base URL of the write and the path of the status URL";
	}

}
