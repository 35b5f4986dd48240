package io.operations.internal.client;

import java.util.function.Predicate;
import java.util.function.Supplier;

import io.operations.OperationsException;
import reactor.core.publisher.Mono;

import org.springframework.web.reactive.function.client.ClientResponse;

/**
 * The way of a write through the account's limits. This package knows neither limits nor
 * observations, so the template provides them.
 *
 * @since 0.1.0
 */
public interface WriteDoor {

	/**
	 * Send an attempt of a write when the account's limits allow it, and observe it.
	 * @param subject the beginning of a message about the attempt, for instance "The
	 * write 'POST /v2/x'"
	 * @param attempt the attempt, which fails for each response that is not a success
	 * @return the response, or why there is none
	 */
	Mono<ClientResponse> admit(String subject, Mono<ClientResponse> attempt);

	/**
	 * Send a write, in several attempts if the retry settings want it.
	 * @param attempt the supplier of an attempt
	 * @param mayRepeat called last of all, whether the write may be sent again after an
	 * error
	 * @return the result of the first successful attempt, or the error of the last one
	 */
	Mono<ClientResponse> repeated(Supplier<Mono<ClientResponse>> attempt,
			Predicate<? super OperationsException> mayRepeat);

}
