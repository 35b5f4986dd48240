package io.operations.internal.client;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

import io.operations.AcceptedOperation;
import io.operations.Operation;
import io.operations.OperationFetcher;
import io.operations.OperationSnapshot;
import io.operations.OperationsErrorResponse;
import io.operations.OperationsException;
import io.operations.OperationsRequestException;
import io.operations.RetryAfter;
import io.operations.internal.ConcurrentRequests;
import io.operations.internal.KeyPrefix;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;
import tools.jackson.core.JacksonException;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.Assert;
import org.springframework.util.StringUtils;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.util.UriUtils;

/**
 * Requests operations with a {@link WebClient} that adds the credentials. This fetcher
 * converts every response and every error of the exchange to an operation or an
 * {@link OperationsException}.
 *
 * @since 0.1.0
 */
public final class WebClientOperationFetcher implements OperationFetcher {

	private static final String ID = "{id}";

	// The attribute in which WebClient keeps the URI template of a request, for the "uri"
	// tag of its metrics. Expanding the template for each request costs a sixth of a
	// fetch.
	private static final String URI_TEMPLATE = WebClient.class.getName() + ".uriTemplate";

	private static final byte[] NOTHING = {};

	private final WebClient webClient;

	private final OperationFormat format;

	private final String path;

	private final String urlBeforeId;

	private final String urlAfterId;

	private final Scheduler scheduler;

	private final String keyPrefix;

	private final RequestTimeouts timeouts;

	private final FetchFaults faults;

	/**
	 * Create the fetcher of a client with the keys {@code operations.*}.
	 * @param webClient the client, which adds the credentials, does not follow redirects
	 * and limits how much it reads into memory
	 * @param format how the product reports its operations
	 * @param baseUrl the absolute base URL
	 * @param path the path of an operation, which contains <code>{id}</code> exactly once
	 * @param requestTimeout how long an exchange may take as a whole
	 * @param scheduler the scheduler that runs the timeout
	 */
	public WebClientOperationFetcher(WebClient webClient, OperationFormat format, URI baseUrl, String path,
			Duration requestTimeout, Scheduler scheduler) {
		this(webClient, format, baseUrl, path, requestTimeout, scheduler, scheduler, KeyPrefix.DEFAULT);
	}

	/**
	 * Create the fetcher.
	 * @param webClient the client, which adds the credentials, does not follow redirects
	 * and limits how much it reads into memory
	 * @param format how the product reports its operations
	 * @param baseUrl the absolute base URL
	 * @param path the path of an operation, which contains <code>{id}</code> exactly once
	 * @param requestTimeout how long an exchange may take as a whole
	 * @param scheduler the clock of the template
	 * @param timeouts the scheduler that runs the timeout
	 * @param keyPrefix the prefix of the configuration keys that messages name
	 */
	public WebClientOperationFetcher(WebClient webClient, OperationFormat format, URI baseUrl, String path,
			Duration requestTimeout, Scheduler scheduler, Scheduler timeouts, String keyPrefix) {
		Assert.isTrue(path.startsWith("/") && StringUtils.countOccurrencesOf(path, ID) == 1,
				() -> "'path' must begin with a slash and contain {id} exactly once, but is '" + path + "'");
		String url = StringUtils.trimTrailingCharacter(baseUrl.toString(), '/') + path;
		int position = url.indexOf(ID);
		this.webClient = webClient.mutate().filter(WebClientOperationFetcher::withReadableMediaType).build();
		this.format = format;
		this.path = path;
		this.urlBeforeId = url.substring(0, position);
		this.urlAfterId = url.substring(position + ID.length());
		this.scheduler = scheduler;
		this.keyPrefix = keyPrefix;
		this.timeouts = new RequestTimeouts(requestTimeout, timeouts);
		this.faults = new FetchFaults(format, baseUrl, path, requestTimeout, scheduler, keyPrefix);
	}

	/**
	 * Fetch an operation once. The {@code Mono} emits on a thread of the HTTP client; it
	 * emits a timeout on a thread of the scheduler.
	 * @param operationId the operation's id, which the fetcher encodes as one path
	 * segment
	 * @return what the server answered, or the {@link OperationsException} that matches
	 * the response
	 */
	@Override
	public Mono<OperationSnapshot> fetch(String operationId) {
		return new Mono<>() {

			@Override
			public void subscribe(CoreSubscriber<? super OperationSnapshot> caller) {
				URI uri;
				try {
					uri = uri(operationId);
				}
				catch (RuntimeException ex) {
					Operators.error(caller, ex);
					return;
				}
				Exchange exchange = new Exchange(WebClientOperationFetcher.this, operationId, uri,
						WebClientOperationFetcher.this.timeouts, caller);
				try {
					begin(exchange).subscribe(exchange);
				}
				catch (RuntimeException | Error ex) {
					exchange.refuse(ex);
				}
			}

		};
	}

	private URI uri(String operationId) {
		OperationsRequestException.checkId(operationId);
		return URI.create(this.urlBeforeId + UriUtils.encode(operationId, StandardCharsets.UTF_8) + this.urlAfterId);
	}

	private Mono<ResponseEntity<byte[]>> begin(Exchange exchange) {
		return this.webClient.get()
			.uri(exchange.uri())
			.attribute(URI_TEMPLATE, this.path)
			.retrieve()
			.onStatus((status) -> status.value() != HttpStatus.OK.value(), (response) -> fault(exchange, response))
			.toEntity(byte[].class);
	}

	// WebClient does not read the body if the media type cannot be parsed, and the status
	// of the response would be lost as well.
	private static Mono<ClientResponse> withReadableMediaType(ClientRequest request, ExchangeFunction next) {
		return FatalErrors.caught(next.exchange(request)).map((response) -> {
			if (MediaType.APPLICATION_JSON_VALUE
				.equals(response.headers().asHttpHeaders().getFirst(HttpHeaders.CONTENT_TYPE))) {
				return response;
			}
			try {
				response.headers().contentType();
				return response;
			}
			catch (InvalidMediaTypeException ex) {
				return asBytes(response);
			}
		});
	}

	// Some HTTP clients return headers that cannot be changed, and mutate() would fail.
	private static ClientResponse asBytes(ClientResponse response) {
		return ClientResponse.create(response.statusCode(), response.strategies()).headers((headers) -> {
			headers.addAll(response.headers().asHttpHeaders());
			headers.setContentType(MediaType.APPLICATION_OCTET_STREAM);
		}).body(response.body(BodyExtractors.toDataBuffers())).build();
	}

	OperationSnapshot snapshot(String operationId, URI uri, ResponseEntity<byte[]> entity) {
		HttpHeaders headers = entity.getHeaders();
		byte[] body = (entity.getBody() != null) ? entity.getBody() : NOTHING;
		Operation operation;
		try {
			operation = OperationReader.read(this.format, operationId, uri,
					headers.getFirst(AcceptedOperation.OPERATION_ID_HEADER), body);
		}
		catch (OtherFormatException ex) {
			throw this.faults.malformed(operationId, HttpStatus.OK.value(), headers, body,
					ex.clause() + ". Set " + this.keyPrefix + ".product to that product", null, true);
		}
		catch (JacksonException ex) {
			throw this.faults.malformed(operationId, HttpStatus.OK.value(), headers, body, "", ex);
		}
		if (operation == null) {
			throw this.faults.malformed(operationId, HttpStatus.OK.value(), headers, body, "", null);
		}
		// A body without a status is not an operation, and a wait for its end is useless.
		if (operation.statusText().isEmpty()) {
			throw this.faults.malformed(operationId, HttpStatus.OK.value(), headers, body, ", because it has no status",
					null);
		}
		Instant now = now();
		return new OperationSnapshot(operation, RetryAfter.of(HttpStatus.OK.value(), headers, now),
				RetryAfter.serverTime(headers, now), headers.getFirst(OperationsErrorResponse.REQUEST_ID_HEADER),
				ConcurrentRequests.of(headers));
	}

	private Mono<OperationsException> fault(Exchange exchange, ClientResponse response) {
		int status = response.statusCode().value();
		HttpHeaders headers = response.headers().asHttpHeaders();
		if (response.statusCode().is1xxInformational()) {
			// The final response follows, or never comes.
			exchange.leave(this.faults.fault(exchange.operationId(), status, headers));
			return Mono.never();
		}
		exchange.head(status, headers);
		// Only the status counts: a body that is too large, cut short or missing is
		// dropped.
		return response.bodyToMono(byte[].class)
			.onErrorResume((ex) -> Mono.empty())
			.defaultIfEmpty(NOTHING)
			.map((content) -> this.faults.fault(exchange.operationId(), status, headers, content));
	}

	FetchFaults faults() {
		return this.faults;
	}

	private Instant now() {
		return Instant.ofEpochMilli(this.scheduler.now(TimeUnit.MILLISECONDS));
	}

}
