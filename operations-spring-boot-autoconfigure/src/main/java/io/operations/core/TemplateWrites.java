package io.operations.core;

import java.util.function.Predicate;
import java.util.function.Supplier;

import io.operations.OperationsException;
import io.operations.internal.ConcurrentRequests;
import io.operations.internal.client.WriteDoor;
import io.operations.internal.resilience.AdmittedWrites;
import io.operations.observation.OperationsObservations;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.web.reactive.function.client.ClientResponse;

/**
 * Passes the writes of a template through its admission, and observes each attempt.
 *
 * @param writes admits and repeats the writes
 * @param observations observes each attempt
 * @param end refuses the writes after the end of a template that shares the admission of
 * another one; {@code null} if the admission is closed with the template
 */
record TemplateWrites(AdmittedWrites writes, OperationsObservations observations,
		@Nullable SharerEnd end) implements WriteDoor {

	@Override
	public Mono<ClientResponse> admit(String subject, Mono<ClientResponse> attempt) {
		return this.observations.write((this.end != null)
				? this.end.endingUnsent(attempt, (sent) -> admitted(subject, sent)) : admitted(subject, attempt));
	}

	private Mono<ClientResponse> admitted(String subject, Mono<ClientResponse> attempt) {
		return this.writes.admit(subject, attempt,
				(response) -> ConcurrentRequests.of(response.headers().asHttpHeaders()));
	}

	@Override
	public Mono<ClientResponse> repeated(Supplier<Mono<ClientResponse>> attempt,
			Predicate<? super OperationsException> mayRepeat) {
		return this.writes.repeated(attempt, mayRepeat);
	}

}
