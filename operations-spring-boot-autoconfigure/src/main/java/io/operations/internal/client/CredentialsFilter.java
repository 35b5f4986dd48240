package io.operations.internal.client;

import java.net.URI;
import java.util.Map;
import java.util.function.Consumer;

import io.operations.OperationsCredentials;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.client.reactive.ClientHttpRequest;
import org.springframework.util.Assert;
import org.springframework.util.MultiValueMap;
import org.springframework.web.reactive.function.BodyInserter;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import org.springframework.web.reactive.function.client.ExchangeStrategies;

/**
 * Adds the credentials to requests to one origin. A request to any other origin gets no
 * credentials, even if a server or a caller names its absolute URL.
 *
 * @since 0.1.0
 */
public final class CredentialsFilter implements ExchangeFilterFunction {

	// One header line for both types, because each line costs time.
	private static final String ACCEPTED = MediaType.APPLICATION_JSON_VALUE + ", "
			+ MediaType.APPLICATION_PROBLEM_JSON_VALUE;

	private final Origin origin;

	private final OperationsCredentials credentials;

	/**
	 * Create the filter.
	 * @param baseUrl the absolute URL whose origin receives the credentials
	 * @param credentials the supplier of the credentials
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
		return next.exchange(new Authorized(request, this.credentials.get().authorization(), this.origin));
	}

	/**
	 * Adds the credentials to a request only when the request is written to the
	 * connection. Filters that handle the request before that do not see the credentials,
	 * and nothing needs to copy its headers.
	 *
	 * @param request the request
	 * @param authorization the value of the header
	 * @param origin the origin that may receive the credentials
	 */
	private record Authorized(ClientRequest request, String authorization, Origin origin) implements ClientRequest {

		@Override
		public HttpMethod method() {
			return this.request.method();
		}

		@Override
		public URI url() {
			return this.request.url();
		}

		@Override
		public HttpHeaders headers() {
			return this.request.headers();
		}

		@Override
		public MultiValueMap<String, String> cookies() {
			return this.request.cookies();
		}

		@Override
		public BodyInserter<?, ? super ClientHttpRequest> body() {
			return this.request.body();
		}

		@Override
		public Map<String, Object> attributes() {
			return this.request.attributes();
		}

		@Override
		public @Nullable Consumer<ClientHttpRequest> httpRequest() {
			Consumer<ClientHttpRequest> own = this.request.httpRequest();
			// A copy of this request keeps only this callback. A filter may send such a
			// copy to another origin.
			return (wire) -> {
				if (own != null) {
					own.accept(wire);
				}
				if (this.origin.equals(Origin.of(wire.getURI()))) {
					addTo(wire.getHeaders());
				}
			};
		}

		@Override
		public String logPrefix() {
			return this.request.logPrefix();
		}

		@Override
		public Mono<Void> writeTo(ClientHttpRequest wire, ExchangeStrategies strategies) {
			// The headers of the request do not replace headers that are already there.
			addTo(wire.getHeaders());
			return this.request.writeTo(wire, strategies);
		}

		// The filter adds the Accept header itself, because default headers of the client
		// would be copied twice for each request.
		private void addTo(HttpHeaders wire) {
			wire.set(HttpHeaders.AUTHORIZATION, this.authorization);
			if (!wire.containsHeader(HttpHeaders.ACCEPT) && !headers().containsHeader(HttpHeaders.ACCEPT)) {
				wire.set(HttpHeaders.ACCEPT, ACCEPTED);
			}
		}

		@Override
		public String toString() {
			return this.request.toString();
		}

	}

}
