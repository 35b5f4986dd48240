package io.operations;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.StringUtils;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.util.UriUtils;

/**
 * An operation that a write started: what its {@code 202 Accepted} told.
 *
 * @param id the operation's id
 * @param statusUrl where its status is told, perhaps relative
 * @param retryAfter how long the server asks to wait before the first poll
 * @param related ids of what the operation is about, by kind: usable once it is COMPLETED
 * @param kind what the operation is about, to tell those apart that take a different
 * time; where it is {@code null} the keys of {@code related} do
 * @since 0.1.0
 */
public record AcceptedOperation(String id, @Nullable URI statusUrl, @Nullable Duration retryAfter,
		Map<String, String> related, @Nullable String kind) {

	/**
	 * The header of the answer that names the operation.
	 */
	public static final String OPERATION_ID_HEADER = "Operation-Id";

	private static final ParameterizedTypeReference<Map<String, Object>> OBJECT = new ParameterizedTypeReference<>() {
	};

	public AcceptedOperation {
		OperationsRequestException.checkId(id);
		related = related.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(related));
	}

	/**
	 * Create an operation of a kind that goes by the keys of its related ids.
	 * @param id the operation's id
	 * @param statusUrl where its status is told, perhaps relative
	 * @param retryAfter how long the server asks to wait before the first poll
	 * @param related ids of what the operation is about, by kind
	 */
	public AcceptedOperation(String id, @Nullable URI statusUrl, @Nullable Duration retryAfter,
			Map<String, String> related) {
		this(id, statusUrl, retryAfter, related, null);
	}

	/**
	 * Return this operation under another kind: name those alike that take about the same
	 * time. A template tells some dozens of kinds apart.
	 * @param kind the kind, for instance {@code import}
	 * @return the operation
	 */
	public AcceptedOperation withKind(String kind) {
		return new AcceptedOperation(this.id, this.statusUrl, this.retryAfter, this.related, kind);
	}

	/**
	 * Read the answer to a write, for {@code exchangeToMono(AcceptedOperation::from)}.
	 * The body is consumed whatever comes of it, and waited for as long as the client
	 * waits: {@code operationsWebClient} for {@code operations.http.request-timeout}.
	 * @param response the answer
	 * @return the operation that it started; or, if the answer is no 202 or names no
	 * operation, the {@link OperationsException} that its status stands for
	 */
	public static Mono<AcceptedOperation> from(ClientResponse response) {
		HttpStatusCode status = response.statusCode();
		HttpHeaders headers = response.headers().asHttpHeaders();
		if (status.is1xxInformational()) {
			// Of what follows nothing tells where it ends: leaving it unread closes the
			// connection.
			return response.bodyToFlux(byte[].class)
				.take(0)
				.onErrorComplete()
				.then(Mono.fromSupplier(() -> from(status, headers, Map.of())));
		}
		// A body is JSON whatever its media type says, and no reason to fail if it is
		// not: all that is needed may be in the headers.
		return asJson(response).bodyToMono(OBJECT)
			.onErrorResume((ex) -> Mono.empty())
			.defaultIfEmpty(Map.of())
			.map((body) -> from(status, headers, body));
	}

	// The headers of some HTTP clients cannot be changed, so that mutate() would fail.
	private static ClientResponse asJson(ClientResponse response) {
		return ClientResponse.create(response.statusCode(), response.strategies()).headers((headers) -> {
			headers.addAll(response.headers().asHttpHeaders());
			headers.setContentType(MediaType.APPLICATION_JSON);
		}).body(response.body(BodyExtractors.toDataBuffers())).build();
	}

	/**
	 * Read the answer to a write.
	 * @param response the answer, its body a JSON object or absent
	 * @return the operation that it started
	 * @throws OperationsException if the answer is no 202 or names no operation
	 */
	public static AcceptedOperation from(ResponseEntity<? extends Map<String, ?>> response) {
		Map<String, ?> body = response.getBody();
		return from(response.getStatusCode(), response.getHeaders(), (body != null) ? body : Map.of());
	}

	/**
	 * Read an answer that is known to be a {@code 202 Accepted}.
	 * @param headers its headers
	 * @param body the members of its JSON body, empty if it had none
	 * @return the operation that it started
	 * @throws OperationsException if the answer names no operation
	 */
	public static AcceptedOperation from(HttpHeaders headers, Map<String, ?> body) {
		return from(HttpStatus.ACCEPTED, headers, body);
	}

	private static AcceptedOperation from(HttpStatusCode status, HttpHeaders headers, Map<String, ?> body) {
		// Of use only where the answer has no date of its own.
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
		URI statusUrl = uri(headers.getFirst(HttpHeaders.LOCATION));
		if (statusUrl == null && body.get("statusUrl") instanceof String text) {
			statusUrl = uri(text);
		}
		String id = headers.getFirst(OPERATION_ID_HEADER);
		if (!StringUtils.hasText(id) && body.get("operationId") instanceof String text) {
			id = text;
		}
		if (!StringUtils.hasText(id) && statusUrl != null) {
			id = lastSegment(statusUrl);
		}
		if (!StringUtils.hasText(id)) {
			throw new MalformedOperationException("The server accepted the write (" + answer.describe()
					+ "), but nothing in the response names its operation: neither the headers " + OPERATION_ID_HEADER
					+ " and Location nor the members operationId and statusUrl of the body. Check what the write did"
					+ " before you repeat it.", null, null, answer);
		}
		return new AcceptedOperation(id, statusUrl, answer.retryAfter(), related(body));
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

	private static @Nullable URI uri(@Nullable String text) {
		try {
			return (text != null) ? URI.create(text.trim()) : null;
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	private static @Nullable String lastSegment(URI uri) {
		String path = uri.getRawPath();
		if (path == null) {
			return null;
		}
		while (path.endsWith("/")) {
			path = path.substring(0, path.length() - 1);
		}
		return UriUtils.decode(path.substring(path.lastIndexOf('/') + 1), StandardCharsets.UTF_8);
	}

}
