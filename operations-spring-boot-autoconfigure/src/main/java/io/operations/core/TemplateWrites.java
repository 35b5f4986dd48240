package io.operations.core;

import java.util.function.Predicate;
import java.util.function.Supplier;

import io.operations.ConcurrentRequests;
import io.operations.OperationsException;
import io.operations.client.WriteDoor;
import io.operations.observation.OperationsObservations;
import io.operations.resilience.AdmittedWrites;
import reactor.core.publisher.Mono;

import org.springframework.web.reactive.function.client.ClientResponse;

/**
 * Leads the writes of a template through its admission and observes each attempt.
 *
 * @param writes admits and repeats the writes
 * @param observations observes each attempt
 */
record TemplateWrites(AdmittedWrites writes, OperationsObservations observations) implements WriteDoor {

	@Override
	public Mono<ClientResponse> admit(String subject, Mono<ClientResponse> attempt) {
		return this.observations.write(this.writes.admit(subject, attempt,
				(response) -> ConcurrentRequests.of(response.headers().asHttpHeaders())));
	}

	@Override
	public Mono<ClientResponse> repeated(Supplier<Mono<ClientResponse>> attempt,
			Predicate<? super OperationsException> mayRepeat) {
		return this.writes.repeated(attempt, mayRepeat);
	}

}
