package io.operations.internal.client;

import java.util.function.Predicate;
import java.util.function.Supplier;

import io.operations.OperationsException;
import reactor.core.publisher.Mono;

import org.springframework.web.reactive.function.client.ClientResponse;

/**
 * Sends writes through the account's limits. This package knows neither limits nor
 * observations, so the template provides the implementation.
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
	 * Send a write, in several attempts if the retry settings require them.
	 * @param attempt the supplier of an attempt
	 * @param mayRepeat returns whether the write may be sent again after an error; called
	 * only if everything else allows the repetition
	 * @return the result of the first successful attempt, or the error of the last one
	 */
	Mono<ClientResponse> repeated(Supplier<Mono<ClientResponse>> attempt,
			Predicate<? super OperationsException> mayRepeat);

}
