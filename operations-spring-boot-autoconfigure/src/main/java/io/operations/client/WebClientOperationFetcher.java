package io.operations.client;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import javax.net.ssl.SSLException;

import io.operations.AcceptedOperation;
import io.operations.ConcurrentRequests;
import io.operations.KeyPrefix;
import io.operations.MalformedOperationException;
import io.operations.Operation;
import io.operations.OperationFetcher;
import io.operations.OperationNotFoundException;
import io.operations.OperationSnapshot;
import io.operations.OperationsErrorResponse;
import io.operations.OperationsException;
import io.operations.OperationsRequestException;
import io.operations.OperationsUnavailableException;
import io.operations.RetryAfter;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;
import tools.jackson.core.JacksonException;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.io.buffer.DataBufferLimitException;
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
import org.springframework.web.reactive.function.client.WebClientResponseException;
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

	private final URI baseUrl;

	private final String path;

	private final String urlBeforeId;

	private final String urlAfterId;

	private final Duration requestTimeout;

	private final Scheduler scheduler;

	private final String keyPrefix;

	private final RequestTimeouts timeouts;

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
		this.baseUrl = baseUrl;
		this.path = path;
		this.urlBeforeId = url.substring(0, position);
		this.urlAfterId = url.substring(position + ID.length());
		this.requestTimeout = requestTimeout;
		this.scheduler = scheduler;
		this.keyPrefix = keyPrefix;
		this.timeouts = new RequestTimeouts(requestTimeout, timeouts);
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
		catch (OperationReader.OtherFormatException ex) {
			throw malformed(operationId, HttpStatus.OK.value(), headers, body,
					ex.clause() + ". Set " + this.keyPrefix + ".product to that product", null);
		}
		catch (JacksonException ex) {
			throw malformed(operationId, HttpStatus.OK.value(), headers, body, "", ex);
		}
		if (operation == null) {
			throw malformed(operationId, HttpStatus.OK.value(), headers, body, "", null);
		}
		// A body without a status is not an operation, and a wait for its end is useless.
		if (operation.statusText().isEmpty()) {
			throw malformed(operationId, HttpStatus.OK.value(), headers, body, ", because it has no status", null);
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
			exchange.leave(fault(exchange.operationId(), status, headers));
			return Mono.never();
		}
		exchange.head(status, headers);
		// Only the status counts: a body that is too large, cut short or missing is
		// dropped.
		return response.bodyToMono(byte[].class)
			.onErrorResume((ex) -> Mono.empty())
			.defaultIfEmpty(NOTHING)
			.map((content) -> fault(exchange.operationId(), status, headers, content));
	}

	/**
	 * Return the exception for a response whose body has not arrived.
	 * @param operationId the operation's id
	 * @param status the status of the response
	 * @param headers the headers of the response
	 * @return the exception
	 */
	OperationsException fault(String operationId, int status, HttpHeaders headers) {
		return fault(operationId, status, headers, NOTHING);
	}

	private OperationsException fault(String operationId, int status, HttpHeaders headers, byte[] body) {
		if (status >= 200 && status < 400 && !isRedirect(status, headers)) {
			return malformed(operationId, status, headers, body, "", null);
		}
		OperationsErrorResponse answer = OperationsErrorResponse.of(status, headers, OperationReader.readMembers(body),
				now());
		if (status < 200) {
			return new OperationsUnavailableException(failed(operationId) + ": the server answered " + answer.describe()
					+ ", an interim response, and this HTTP client does not wait for the final one. Use Reactor Netty"
					+ " as the HTTP client (\"Which HTTP client\" in the documentation).", operationId, answer);
		}
		if (status < 400) {
			return new OperationsRequestException(failed(operationId) + ": " + answer.describe() + ", redirect to "
					+ redirectTarget(headers)
					+ ". The client does not follow redirects, because it would send the credentials to their targets. Correct "
					+ this.keyPrefix + ".base-url.", operationId, answer);
		}
		if (status == HttpStatus.NOT_FOUND.value()) {
			return new OperationNotFoundException(failed(operationId) + ": " + answer.describe()
					+ ". The id may be wrong or belong to another account, or the operation may have expired"
					+ retention() + ". If the id is right, check " + this.keyPrefix + ".base-url (" + this.baseUrl
					+ ") and " + this.keyPrefix + ".path (" + this.path.replaceFirst("\\?.*", "") + ").", operationId,
					answer);
		}
		return answer.toException(failed(operationId), operationId, "", this.keyPrefix);
	}

	private String retention() {
		OperationFormat.Retention retention = this.format.retention();
		return (retention != null) ? " (the server keeps it until " + retention + ")" : "";
	}

	// Other statuses name no target, or, like 304, refer to a cache.
	private static boolean isRedirect(int status, HttpHeaders headers) {
		return switch (status) {
			case 301, 302, 303, 307, 308 -> true;
			default -> status >= 300 && status != HttpStatus.NOT_MODIFIED.value()
					&& headers.containsHeader(HttpHeaders.LOCATION);
		};
	}

	private static String redirectTarget(HttpHeaders headers) {
		try {
			URI location = headers.getLocation();
			Origin origin = (location != null) ? Origin.of(location) : null;
			return (origin != null) ? origin.toString() : "the same origin";
		}
		catch (IllegalArgumentException ex) {
			return "an unreadable location";
		}
	}

	private MalformedOperationException malformed(String operationId, int status, HttpHeaders headers, byte[] body,
			String why, @Nullable Exception cause) {
		OperationsErrorResponse answer = OperationsErrorResponse.of(status, headers, Map.of(), now());
		String content = (body.length == 0) ? "an empty body" : "the body '" + OperationsErrorResponse
			.printable(new String(body, 0, Math.min(body.length, 1000), StandardCharsets.UTF_8)) + "'";
		return new MalformedOperationException(
				failed(operationId) + ": the server answered " + answer.describe() + " with " + mediaType(headers)
						+ " and " + content + ", which is not an operation" + why + ". Check " + baseUrlAndPath() + ".",
				cause, operationId, answer);
	}

	private static String mediaType(HttpHeaders headers) {
		String type = headers.getFirst(HttpHeaders.CONTENT_TYPE);
		return (type != null) ? "media type " + OperationsErrorResponse.printable(type) : "no media type";
	}

	OperationsException translate(String operationId, Throwable thrown) {
		Throwable fault = Exceptions.unwrap(thrown);
		if (fault instanceof OperationsException known) {
			return known;
		}
		for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
			if (cause instanceof Error error) {
				return OperationsUnavailableException.broken(operationId, error);
			}
		}
		if (fault instanceof TimeoutException) {
			return new OperationsUnavailableException(failed(operationId) + ": no complete response within "
					+ this.requestTimeout + " (" + this.keyPrefix + ".http.request-timeout).", operationId, fault);
		}
		Throwable root = NestedExceptionUtils.getMostSpecificCause(fault);
		if (root instanceof DataBufferLimitException) {
			OperationsErrorResponse answer = (fault instanceof WebClientResponseException response)
					? OperationsErrorResponse.of(response.getStatusCode().value(), response.getHeaders(), Map.of(),
							now())
					: null;
			return new MalformedOperationException(failed(operationId) + ": the response is larger than "
					+ this.keyPrefix + ".http.max-response-size allows. Raise the" + " limit, or check "
					+ baseUrlAndPath() + ".", root, operationId, answer);
		}
		if (ProxyRefusals.isOne(root)) {
			return fault(operationId, HttpStatus.PROXY_AUTHENTICATION_REQUIRED.value(), HttpHeaders.EMPTY);
		}
		String text = OperationsErrorResponse
			.printable(root.getClass().getSimpleName() + ((root.getMessage() != null) ? ": " + root.getMessage() : ""));
		return new OperationsUnavailableException(
				failed(operationId) + " with " + text + (text.endsWith(".") ? "" : ".")
						+ (isOfTls(fault) ? " Check the server's certificate and the SSL bundle that " + this.keyPrefix
								+ ".http.ssl.bundle names." : ""),
				operationId, fault);
	}

	private static boolean isOfTls(Throwable fault) {
		for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
			if (cause instanceof SSLException) {
				return true;
			}
		}
		return false;
	}

	private String baseUrlAndPath() {
		return this.keyPrefix + ".base-url and " + this.keyPrefix + ".path";
	}

	private static String failed(String operationId) {
		return "The request for operation '" + OperationsErrorResponse.printable(operationId) + "' failed";
	}

	private Instant now() {
		return Instant.ofEpochMilli(this.scheduler.now(TimeUnit.MILLISECONDS));
	}

}
