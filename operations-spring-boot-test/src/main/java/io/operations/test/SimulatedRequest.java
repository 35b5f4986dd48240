package io.operations.test;

import java.net.URI;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.operations.OperationsProduct;
import org.jspecify.annotations.Nullable;

/**
 * Represents a request to the simulator.
 *
 * @param method the method
 * @param path the path, still encoded
 * @param credentials the {@code Authorization}; {@code null} if there is none
 * @param baseUrl the URL of the server that the client has named, without a path
 * @param redirected whether the client has named another server than the simulator
 */
record SimulatedRequest(String method, String path, @Nullable String credentials, String baseUrl, boolean redirected) {

	/**
	 * The request header that contains the server that the client has named.
	 */
	static final String ORIGIN_HEADER = "Operations-Simulator-Origin";

	private static final Map<OperationsProduct, String> SERVICES = Arrays.stream(OperationsProduct.values())
		.collect(Collectors.toMap(Function.identity(), (product) -> service(URI.create(product.baseUrl()).getHost())));

	/**
	 * Create a request.
	 * @param method the method
	 * @param url the path and the query, still encoded
	 * @param credentials the {@code Authorization}; {@code null} if there is none
	 * @param simulator the URL of the simulator
	 * @param origin the server that the client has named; {@code null} if it is the
	 * simulator
	 * @return the request
	 */
	static SimulatedRequest of(String method, String url, @Nullable String credentials, String simulator,
			@Nullable String origin) {
		int query = url.indexOf('?');
		String path = (query >= 0) ? url.substring(0, query) : url;
		return new SimulatedRequest(method, path, credentials, (origin != null) ? origin : simulator, origin != null);
	}

	/**
	 * Return whether the server that the client has named may be that of a product. The
	 * simulator and a gateway can stand for any.
	 * @param product the product
	 * @return {@code false} if the server is that of other products
	 */
	boolean isFor(OperationsProduct product) {
		String host = this.redirected ? URI.create(this.baseUrl).getHost() : null;
		return host == null || !SERVICES.containsValue(service(host)) || service(host).equals(SERVICES.get(product));
	}

	// A host of another region differs after the first dot.
	private static String service(String host) {
		int dot = host.indexOf('.');
		return (dot >= 0) ? host.substring(0, dot) : host;
	}

}
