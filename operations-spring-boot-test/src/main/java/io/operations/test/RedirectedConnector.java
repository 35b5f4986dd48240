package io.operations.test;

import java.net.URI;
import java.util.function.Function;

import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.http.client.reactive.ClientHttpRequest;
import org.springframework.http.client.reactive.ClientHttpResponse;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * Sends the requests of a client to the simulator, with the simulator's credentials. A
 * header names the server that the client has addressed, so that the simulator can answer
 * as that server.
 */
final class RedirectedConnector implements ClientHttpConnector {

	private final ClientHttpConnector connector;

	private final URI simulator;

	private final String authorization;

	RedirectedConnector(ClientHttpConnector connector, URI simulator, String authorization) {
		this.connector = connector;
		this.simulator = simulator;
		this.authorization = authorization;
	}

	@Override
	public Mono<ClientHttpResponse> connect(HttpMethod method, URI uri,
			Function<? super ClientHttpRequest, Mono<Void>> requestCallback) {
		URI redirected = UriComponentsBuilder.fromUri(uri)
			.scheme(this.simulator.getScheme())
			.host(this.simulator.getHost())
			.port(this.simulator.getPort())
			.build(true)
			.toUri();
		return this.connector.connect(method, redirected, (request) -> {
			// The client adds its credentials in the callback.
			request.beforeCommit(() -> Mono.fromRunnable(() -> replaceHeaders(request.getHeaders(), uri)));
			return requestCallback.apply(request);
		});
	}

	private boolean isSimulators(URI uri) {
		return this.simulator.getScheme().equals(uri.getScheme()) && this.simulator.getHost().equals(uri.getHost())
				&& this.simulator.getPort() == uri.getPort();
	}

	private void replaceHeaders(HttpHeaders headers, URI uri) {
		headers.set(HttpHeaders.AUTHORIZATION, this.authorization);
		if (!isSimulators(uri)) {
			headers.set(SimulatedRequest.ORIGIN_HEADER, uri.getScheme() + "://" + uri.getRawAuthority());
		}
	}

}
