package io.operations.core;

import java.util.Objects;

import io.operations.OperationFetcher;
import io.operations.OperationsException;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpStatus;

/**
 * Checks whether the server answers and accepts the credentials.
 */
final class ServerProbe {

	private static final String ID = "proc_job_00000000000000000000000000";

	private final OperationFetcher fetcher;

	/**
	 * Create the probe.
	 * @param fetcher sends one request, without queue and retry
	 */
	ServerProbe(OperationFetcher fetcher) {
		this.fetcher = fetcher;
	}

	/**
	 * Request an operation that does not exist.
	 * @return an empty {@code Mono} if the server answers with 404, 400 or an operation;
	 * otherwise the {@link OperationsException} for the response
	 */
	Mono<Void> send() {
		return this.fetcher.fetch(ID)
			.onErrorResume(OperationsException.class, (ex) -> isKnown(ex) ? Mono.empty() : Mono.error(ex))
			.then();
	}

	// The server may say that the id does not exist or that it is invalid: either way it
	// answers and accepts the credentials.
	private static boolean isKnown(OperationsException ex) {
		int status = Objects.requireNonNullElse(ex.getStatusCode(), 0);
		return status == HttpStatus.NOT_FOUND.value() || status == HttpStatus.BAD_REQUEST.value();
	}

}
