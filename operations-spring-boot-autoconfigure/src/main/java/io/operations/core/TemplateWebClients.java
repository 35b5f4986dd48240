package io.operations.core;

import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import io.operations.AcceptedNames;
import io.operations.OperationsClosedException;
import io.operations.OperationsCredentials;
import io.operations.OperationsProduct;
import io.operations.internal.KeyPrefix;
import io.operations.internal.client.CredentialsFilter;
import io.operations.internal.client.InterimAnswers;
import io.operations.internal.client.OperationFormat;
import io.operations.internal.client.Origin;
import io.operations.internal.client.WriteAnswers;
import io.operations.internal.client.WriteDoor;
import io.operations.internal.client.WriteExchange;
import reactor.core.publisher.Mono;

import org.springframework.web.client.ApiVersionInserter;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.util.DefaultUriBuilderFactory;
import org.springframework.web.util.DefaultUriBuilderFactory.EncodingMode;

/**
 * Creates the HTTP clients of a template.
 */
final class TemplateWebClients {

	// An application may add the version of its own API to each request. In a request to
	// the operations API it would change the URL.
	private static final ApiVersionInserter NO_API_VERSION = new ApiVersionInserter() {
	};

	// The products whose documentation names the header Idempotency-Key.
	private static final Set<OperationsProduct> KEYS = Set.of(OperationsProduct.CONVERSATIONS,
			OperationsProduct.COHORTS, OperationsProduct.INSIGHTS_QUERIES, OperationsProduct.VOICE_TRANSCRIPTIONS);

	private final TemplateSettings settings;

	private final String client;

	private final URI url;

	/**
	 * Create the object.
	 * @param settings the settings of the template
	 * @param client the name of the client
	 * @param url the base URL
	 */
	TemplateWebClients(TemplateSettings settings, String client, URI url) {
		this.settings = settings;
		this.client = client;
		this.url = url;
	}

	/**
	 * Create the client of fetches and polls.
	 * @param credentials the source of the credentials
	 * @return the client
	 */
	WebClient webClient(OperationsCredentials credentials) {
		DefaultUriBuilderFactory uris = new DefaultUriBuilderFactory(this.url.toString());
		uris.setEncodingMode(EncodingMode.VALUES_ONLY);
		return this.settings.webClientBuilder.clone()
			.uriBuilderFactory(uris)
			.apiVersionInserter(NO_API_VERSION)
			.defaultRequest((request) -> request.httpRequest(InterimAnswers::drop))
			.filter(new CredentialsFilter(this.url, credentials))
			.codecs((codecs) -> codecs.defaultCodecs().maxInMemorySize(this.settings.maxResponseSize))
			.build();
	}

	/**
	 * Create the client of writes, which applications use.
	 * @param webClient the client of fetches
	 * @param format how answers are read
	 * @param door admits the writes
	 * @param releases the actions that run when the template is closed
	 * @return the client
	 */
	WebClient writeClient(WebClient webClient, OperationFormat format, WriteDoor door, List<Runnable> releases) {
		AcceptedNames names = format.acceptedNames();
		WebClient.Builder writes = webClient.mutate()
			.defaultRequest((request) -> request.attribute(KeyPrefix.ATTRIBUTE, this.settings.keyPrefix));
		if (this.settings.writeSettings.admitted()) {
			WriteExchange exchange = new WriteExchange(this.url, door, addsIdempotencyKey(),
					this.settings.requestTimeout, this.settings.requestScheduler());
			// The filters of the application see the write once. Each attempt gets the
			// present credentials.
			writes.filters((filters) -> filters.add(credentialsAt(filters), exchange));
		}
		else {
			writes.filter(untilClosed(releases));
		}
		return writes
			.filter((request, next) -> next
				.exchange(ClientRequest.from(request).attribute(AcceptedNames.ATTRIBUTE, names).build()))
			.filter(new WriteAnswers(this.url, this.settings.requestTimeout, this.settings.requestScheduler()))
			.build();
	}

	// This filter refuses the writes that do not pass the admission. The closed admission
	// refuses the others.
	private ExchangeFilterFunction untilClosed(List<Runnable> releases) {
		Origin origin = Origin.of(this.url);
		AtomicBoolean closed = new AtomicBoolean();
		releases.add(() -> closed.set(true));
		return (request, next) -> Mono.defer(() -> (closed.get() && Objects.equals(origin, Origin.of(request.url())))
				? Mono.error(new OperationsClosedException(this.client, null)) : next.exchange(request));
	}

	private static int credentialsAt(List<ExchangeFilterFunction> filters) {
		int last = filters.size() - 1;
		while (!(filters.get(last) instanceof CredentialsFilter)) {
			last--;
		}
		return last;
	}

	// A base URL may name another product. A server that ignores the key would process a
	// repeated write twice.
	private boolean addsIdempotencyKey() {
		Boolean wanted = this.settings.writeSettings.idempotencyKey();
		return (wanted != null) ? wanted
				: KEYS.contains(this.settings.product) && Stream.of(OperationsProduct.values())
					.filter((product) -> this.url.getHost().equalsIgnoreCase(URI.create(product.baseUrl()).getHost()))
					.allMatch(KEYS::contains);
	}

}
