package io.operations.client;

import java.net.URI;

import io.operations.OperationsCredentials;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.util.Assert;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;

/**
 * Adds the credentials to requests of one origin, and to no others: an absolute URL that
 * a server or a caller names never carries them elsewhere.
 *
 * @since 0.1.0
 */
public final class CredentialsFilter implements ExchangeFilterFunction {

	private final Origin origin;

	private final OperationsCredentials credentials;

	/**
	 * Create the filter.
	 * @param baseUrl the absolute URL whose origin the credentials belong to
	 * @param credentials where the credentials come from
	 */
	public CredentialsFilter(URI baseUrl, OperationsCredentials credentials) {
		Origin baseOrigin = Origin.of(baseUrl);
		Assert.notNull(baseOrigin, "'baseUrl' must be absolute");
		this.origin = baseOrigin;
		this.credentials = credentials;
	}

	@Override
	public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
		if (!this.origin.equals(Origin.of(request.url()))) {
			return next.exchange(request);
		}
		return next.exchange(ClientRequest.from(request)
			.headers((headers) -> headers.set(HttpHeaders.AUTHORIZATION, this.credentials.get().authorization()))
			.build());
	}

}
