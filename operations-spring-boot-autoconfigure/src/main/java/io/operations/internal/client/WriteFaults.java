package io.operations.internal.client;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import javax.net.ssl.SSLException;

import io.operations.Idempotency;
import io.operations.OperationsErrorResponse;
import io.operations.OperationsException;
import io.operations.OperationsUnavailableException;
import io.operations.internal.KeyPrefix;
import io.operations.internal.ReadableDuration;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.WebClientRequestException;

/**
 * Turns the failures of a write into exceptions that say whether the server may have
 * processed it.
 */
final class WriteFaults {

	// Compared by name, because the library is optional.
	private static final String HTTP_COMPONENTS_CONNECT_TIMEOUT = "org.apache.hc.client5.http.ConnectTimeoutException";

	private final String subject;

	private final String text;

	private final @Nullable Origin server;

	private final HttpMethod method;

	private final HttpHeaders headers;

	private final String keyPrefix;

	private final Duration timeout;

	private final Scheduler scheduler;

	WriteFaults(ClientRequest request, Duration timeout, Scheduler scheduler) {
		this.subject = (Idempotency.isRead(request.method()) ? "request '" : "write '")
				+ OperationsErrorResponse.printable(nameOf(request)) + "'";
		this.text = subject(false) + " failed";
		this.server = Origin.of(request.url());
		this.method = request.method();
		this.headers = request.headers();
		this.keyPrefix = KeyPrefix.of(request.attributes());
		this.timeout = timeout;
		this.scheduler = scheduler;
	}

	/**
	 * Return the beginning of a message about this request.
	 * @param repeated whether the message is about a repetition of the request
	 * @return the kind of request, its method and its path
	 */
	String subject(boolean repeated) {
		return (repeated ? "The repetition of the " : "The ") + this.subject;
	}

	// Without the query, which may contain personal data.
	private static String nameOf(ClientRequest request) {
		String path = request.url().getRawPath();
		return request.method() + " " + ((path != null) ? path : "");
	}

	/**
	 * Return the exception for a response that is not a success.
	 * @param status the status
	 * @param headers the headers
	 * @return the exception
	 */
	OperationsException of(HttpStatusCode status, HttpHeaders headers) {
		OperationsErrorResponse answer = OperationsErrorResponse.of(status.value(), headers, Map.of(),
				Instant.ofEpochMilli(this.scheduler.now(TimeUnit.MILLISECONDS)));
		return (status.value() < HttpStatus.OK.value())
				? new OperationsUnavailableException(this.text + ": " + answer.describe() + ".", null, answer)
				: answer.toException(this.text, null, Idempotency.advice(this.method, this.headers, this.keyPrefix),
						this.keyPrefix);
	}

	/**
	 * Return the exception for an exchange without a response.
	 * @param fault the error of the HTTP client
	 * @param isWritten whether the HTTP client has begun to write the request
	 * @param unsure whether an earlier attempt may have had its effect
	 * @return the exception; the error itself if it is not about the connection
	 */
	Throwable of(Throwable fault, boolean isWritten, boolean unsure) {
		if (fault instanceof TimeoutException) {
			return new OperationsUnavailableException(
					this.text + ": no response within " + ReadableDuration.setting(this.timeout) + " (" + this.keyPrefix
							+ ".http.request-timeout)." + advice(isWritten, unsure),
					null, fault);
		}
		if (!(fault instanceof WebClientRequestException)) {
			return fault;
		}
		Throwable root = NestedExceptionUtils.getMostSpecificCause(fault);
		String what = OperationsErrorResponse
			.printable(root.getClass().getSimpleName() + ((root.getMessage() != null) ? ": " + root.getMessage() : ""));
		return new OperationsUnavailableException(
				this.text + " with " + what + (what.endsWith(".") ? "" : ".")
						+ ((find(fault, SSLException.class) != null)
								? " Check the server's certificate and the SSL bundle that " + this.keyPrefix
										+ ".http.ssl.bundle names."
								: "")
						+ advice(isWritten && !isOfConnecting(fault), unsure)
						+ (isOfConnecting(fault) ? " Check " + this.keyPrefix + ".base-url (" + this.server
								+ ") and the proxy, if there is one." : ""),
				null, (find(fault, Error.class) instanceof Error error) ? error : fault);
	}

	private String advice(boolean sent, boolean unsure) {
		if (sent) {
			return Idempotency.advice(this.method, this.headers, this.keyPrefix);
		}
		return unsure
				? " The last attempt was not sent."
						+ Idempotency.adviceAfterEarlierAttempt(this.method, this.headers, this.keyPrefix)
				: " The request was not sent.";
	}

	/**
	 * Return whether a request that was written may have had its effect.
	 * @param fault how the attempt failed
	 * @return {@code false} if the server or a proxy has refused the request, or if no
	 * connection could be opened
	 */
	static boolean mayHaveHadEffect(Throwable fault) {
		return fault instanceof OperationsUnavailableException known && Objects
			.requireNonNullElse(known.getStatusCode(), 0) != HttpStatus.PROXY_AUTHENTICATION_REQUIRED.value()
				&& !isOfConnecting(fault);
	}

	/**
	 * Return whether no connection could be opened. In that case no part of the request
	 * was sent.
	 * @param fault the error
	 * @return {@code true} if the request was not sent
	 */
	static boolean isOfConnecting(Throwable fault) {
		for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
			if (cause instanceof ConnectException || cause instanceof UnknownHostException
					|| cause instanceof NoRouteToHostException || cause instanceof HttpConnectTimeoutException
					|| cause.getClass().getName().equals(HTTP_COMPONENTS_CONNECT_TIMEOUT)) {
				return true;
			}
		}
		return false;
	}

	private static @Nullable Throwable find(Throwable fault, Class<? extends Throwable> type) {
		for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
			if (type.isInstance(cause)) {
				return cause;
			}
		}
		return null;
	}

}
