package io.operations;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

import io.operations.internal.KeyPrefix;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpRequest;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.client.ClientResponse;

/**
 * Describes an operation that a write has started, as the {@code 202 Accepted} response
 * to that write reports it.
 *
 * @param id the operation's id
 * @param statusUrl the URL that reports the operation's status; {@code null} if the
 * response names none. It is relative only if the response names a relative URL and its
 * request is unknown
 * @param retryAfter how long the server wants the client to wait before the first poll;
 * {@code null} if the response names no time
 * @param related the ids of the resources that the operation is about, each under the
 * kind of resource; usable once the operation is COMPLETED
 * @param kind the kind of the operation. Operations of one kind take about the same time.
 * If it is {@code null}, the keys of {@code related} stand for the kind
 * @since 0.1.0
 */
public record AcceptedOperation(String id, @Nullable URI statusUrl, @Nullable Duration retryAfter,
		Map<String, String> related, @Nullable String kind) {

	/**
	 * The response header that names the operation.
	 */
	public static final String OPERATION_ID_HEADER = "Operation-Id";

	private static final ParameterizedTypeReference<Map<String, Object>> OBJECT = new ParameterizedTypeReference<>() {
	};

	// A URL that is resolved against this one stays as it is.
	private static final URI NO_REQUEST = URI.create("");

	public AcceptedOperation {
		OperationsRequestException.checkId(id);
		related = related.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(related));
	}

	/**
	 * Create an operation whose kind follows from the keys of its related ids.
	 * @param id the operation's id
	 * @param statusUrl the URL that reports the operation's status, possibly relative;
	 * {@code null} if there is none
	 * @param retryAfter how long the server wants the client to wait before the first
	 * poll; {@code null} if it named no time
	 * @param related the ids of the resources that the operation is about, each under the
	 * kind of resource
	 */
	public AcceptedOperation(String id, @Nullable URI statusUrl, @Nullable Duration retryAfter,
			Map<String, String> related) {
		this(id, statusUrl, retryAfter, related, null);
	}

	/**
	 * Return a copy of this operation with another kind. Give the same kind to operations
	 * that take about the same time. A template distinguishes a few dozen kinds.
	 * @param kind the kind, for instance {@code import}
	 * @return the copy
	 */
	public AcceptedOperation withKind(String kind) {
		return new AcceptedOperation(this.id, this.statusUrl, this.retryAfter, this.related, kind);
	}

	/**
	 * Read the response to a write, for use as
	 * {@code exchangeToMono(AcceptedOperation::from)}. This method always consumes the
	 * body. The client limits the time that the body may take:
	 * {@code operationsWebClient} limits it to {@code operations.http.request-timeout}.
	 * <p>
	 * Products name the operation in different headers and members. A response to a
	 * request of {@code operationsWebClient} is read as the template's product writes it.
	 * Any other response is read by the names of all products. A relative status URL is
	 * resolved against the URL of the request.
	 * @param response the response to the write
	 * @return the operation that the write started. The {@code Mono} fails with an
	 * {@link OperationsException} if the response is not a 202 or does not name an
	 * operation.
	 */
	public static Mono<AcceptedOperation> from(ClientResponse response) {
		HttpStatusCode status = response.statusCode();
		HttpHeaders headers = response.headers().asHttpHeaders();
		AcceptedNames names = names(response);
		if (status.is1xxInformational()) {
			// Nothing says where the data after an interim response ends. Leaving it
			// unread closes the connection.
			return response.bodyToFlux(byte[].class)
				.take(0)
				.onErrorComplete()
				.then(Mono.fromSupplier(() -> from(status, headers, Map.of(), AcceptedNames.ANY, NO_REQUEST)));
		}
		// The body is read as JSON whatever its media type says. A body that is not JSON
		// is ignored, because the headers may contain all that is needed.
		return asJson(response).bodyToMono(OBJECT)
			.onErrorResume((ex) -> Mono.empty())
			.defaultIfEmpty(Map.of())
			.map((body) -> {
				if (status.isError()) {
					throw failed(response.request(), status, headers, body);
				}
				return from(status, headers, body, names, response.request().getURI());
			});
	}

	// Only the request says whether the write may be sent again.
	private static OperationsException failed(HttpRequest request, HttpStatusCode status, HttpHeaders headers,
			Map<String, ?> body) {
		String keyPrefix = KeyPrefix.of(request.getAttributes());
		boolean unsure = request.getAttributes().containsKey(Idempotency.UNSURE_ATTRIBUTE);
		return OperationsErrorResponse.of(status.value(), headers, body, Clock.systemUTC().instant())
			.toException(Idempotency.subject(request.getMethod()) + " failed", null,
					unsure ? "" : Idempotency.advice(request.getMethod(), request.getHeaders(), keyPrefix),
					unsure ? Idempotency.adviceAfterEarlierAttempt(request.getMethod(), request.getHeaders(), keyPrefix)
							: "",
					keyPrefix);
	}

	private static AcceptedNames names(ClientResponse response) {
		return (response.request().getAttributes().get(AcceptedNames.ATTRIBUTE) instanceof AcceptedNames names) ? names
				: AcceptedNames.ANY;
	}

	// Some HTTP clients return headers that cannot be changed, and mutate() would fail.
	private static ClientResponse asJson(ClientResponse response) {
		return ClientResponse.create(response.statusCode(), response.strategies()).headers((headers) -> {
			headers.addAll(response.headers().asHttpHeaders());
			headers.setContentType(MediaType.APPLICATION_JSON);
		}).body(response.body(BodyExtractors.toDataBuffers())).build();
	}

	/**
	 * Read the response to a write. A relative status URL stays relative, because the
	 * request is unknown.
	 * @param response the response, with a JSON object or nothing as its body
	 * @return the operation that the write started
	 * @throws OperationsException if the response is not a 202 or does not name an
	 * operation
	 */
	public static AcceptedOperation from(ResponseEntity<? extends Map<String, ?>> response) {
		Map<String, ?> body = response.getBody();
		return from(response.getStatusCode(), response.getHeaders(), (body != null) ? body : Map.of(),
				AcceptedNames.ANY, NO_REQUEST);
	}

	/**
	 * Read a response that is known to be a {@code 202 Accepted}. A relative status URL
	 * stays relative, because the request is unknown.
	 * @param headers the headers of the response
	 * @param body the members of its JSON body; empty if it has no body
	 * @return the operation that the write started
	 * @throws OperationsException if the response does not name an operation
	 */
	public static AcceptedOperation from(HttpHeaders headers, Map<String, ?> body) {
		return from(HttpStatus.ACCEPTED, headers, body, AcceptedNames.ANY, NO_REQUEST);
	}

	private static AcceptedOperation from(HttpStatusCode status, HttpHeaders headers, Map<String, ?> body,
			AcceptedNames names, URI request) {
		// Used only if the response has no Date header.
		Instant now = Clock.systemUTC().instant();
		OperationsErrorResponse answer = OperationsErrorResponse.of(status.value(), headers, body, now);
		if (status.isError()) {
			throw answer.toException("The write failed", null);
		}
		if (status.is1xxInformational()) {
			throw new OperationsUnavailableException("The server answered the write with " + answer.describe()
					+ ", an interim response, and this HTTP client does not wait for the final one. The write may have"
					+ " started an operation: check that before you repeat it. Use Reactor Netty as the HTTP client"
					+ " (\"Which HTTP client\" in the documentation).", null, answer);
		}
		if (status.value() != HttpStatus.ACCEPTED.value()) {
			throw new OperationsRequestException("The server answered the write with " + answer.describe()
					+ ", not with 202 Accepted, so there is no operation to await. Check the method and the URL of the"
					+ " write, or handle this status before you call AcceptedOperation.from.", null, answer);
		}
		URI statusUrl = names.statusUrl(headers, body);
		String id = names.id(headers, body, statusUrl);
		if (id == null) {
			throw new MalformedOperationException(
					"The server accepted the write (" + answer.describe()
							+ "), but nothing in the response names its operation: " + names.neither() + "."
							+ names.otherId(body) + " Check what the write did before you repeat it.",
					null, null, answer);
		}
		return new AcceptedOperation(id, (statusUrl != null) ? request.resolve(statusUrl) : null, answer.retryAfter(),
				related(body));
	}

	private static Map<String, String> related(Map<String, ?> body) {
		Map<String, String> related = new LinkedHashMap<>();
		if (body.get("related") instanceof Map<?, ?> members) {
			members.forEach((key, value) -> {
				if (value != null) {
					related.put(key.toString(), value.toString());
				}
			});
		}
		return related;
	}

}
