package io.operations.internal.client;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import javax.net.ssl.SSLException;

import io.operations.MalformedOperationException;
import io.operations.OperationNotFoundException;
import io.operations.OperationsErrorResponse;
import io.operations.OperationsException;
import io.operations.OperationsRequestException;
import io.operations.OperationsUnavailableException;
import io.operations.internal.ReadableDuration;
import org.jspecify.annotations.Nullable;
import reactor.core.Exceptions;
import reactor.core.scheduler.Scheduler;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.client.WebClientResponseException;

/**
 * Translates responses that are not operations, and errors of the HTTP client, to the
 * exceptions of the library.
 */
final class FetchFaults {

	private static final byte[] EMPTY_BODY = {};

	private final OperationFormat format;

	private final URI baseUrl;

	private final String path;

	private final Duration requestTimeout;

	private final Scheduler scheduler;

	private final String keyPrefix;

	/**
	 * Create the translation.
	 * @param format how the product reports its operations
	 * @param baseUrl the absolute base URL
	 * @param path the path of an operation
	 * @param requestTimeout how long an exchange may take as a whole
	 * @param scheduler the clock
	 * @param keyPrefix the prefix of the configuration keys that messages name
	 */
	FetchFaults(OperationFormat format, URI baseUrl, String path, Duration requestTimeout, Scheduler scheduler,
			String keyPrefix) {
		this.format = format;
		this.baseUrl = baseUrl;
		this.path = path;
		this.requestTimeout = requestTimeout;
		this.scheduler = scheduler;
		this.keyPrefix = keyPrefix;
	}

	/**
	 * Return the exception for a response whose body has not arrived.
	 * @param operationId the operation's id
	 * @param status the status of the response
	 * @param headers the headers of the response
	 * @return the exception
	 */
	OperationsException fault(String operationId, int status, HttpHeaders headers) {
		return fault(operationId, status, headers, EMPTY_BODY);
	}

	/**
	 * Return the exception for a response that is not an operation.
	 * @param operationId the operation's id
	 * @param status the status of the response
	 * @param headers the headers of the response
	 * @param body the body
	 * @return the exception
	 */
	OperationsException fault(String operationId, int status, HttpHeaders headers, byte[] body) {
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

	/**
	 * Return the exception for a body that is not an operation.
	 * @param operationId the operation's id
	 * @param status the status of the response
	 * @param headers the headers of the response
	 * @param body the body
	 * @param why a clause that follows "which is not an operation"; may be empty
	 * @param cause the cause, if there is one
	 * @return the exception
	 */
	MalformedOperationException malformed(String operationId, int status, HttpHeaders headers, byte[] body, String why,
			@Nullable Exception cause) {
		return malformed(operationId, status, headers, body, why, cause, false);
	}

	MalformedOperationException malformed(String operationId, int status, HttpHeaders headers, byte[] body, String why,
			@Nullable Exception cause, boolean ofAnotherProduct) {
		OperationsErrorResponse answer = OperationsErrorResponse.of(status, headers, Map.of(), now());
		String content = (body.length == 0) ? "an empty body" : "the body '" + OperationsErrorResponse
			.printable(new String(body, 0, Math.min(body.length, 1000), StandardCharsets.UTF_8)) + "'";
		return new MalformedOperationException(
				failed(operationId) + ": the server answered " + answer.describe() + " with " + mediaType(headers)
						+ " and " + content + ", which is not an operation" + why + ". Check " + baseUrlAndPath() + ".",
				cause, operationId, answer, ofAnotherProduct);
	}

	private static String mediaType(HttpHeaders headers) {
		String type = headers.getFirst(HttpHeaders.CONTENT_TYPE);
		return (type != null) ? "media type " + OperationsErrorResponse.printable(type) : "no media type";
	}

	/**
	 * Translate an error of the exchange.
	 * @param operationId the operation's id
	 * @param thrown what the HTTP client threw
	 * @return the exception for the caller
	 */
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
					+ ReadableDuration.setting(this.requestTimeout) + " (" + this.keyPrefix + ".http.request-timeout).",
					operationId, fault);
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
								+ ".http.ssl.bundle names." : "")
						+ (WriteFaults.isOfConnecting(fault) ? " Check " + this.keyPrefix + ".base-url (" + this.baseUrl
								+ ") and the proxy, if there is one." : ""),
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
