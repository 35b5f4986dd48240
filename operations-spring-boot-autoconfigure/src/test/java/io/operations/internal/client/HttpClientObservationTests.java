package io.operations.internal.client;

import io.micrometer.observation.tck.TestObservationRegistry;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

class HttpClientObservationTests {

	@RegisterExtension
	static final Endpoint endpoint = new Endpoint();

	@ParameterizedTest
	@ValueSource(strings = { "proc_job_1", "a/b?c=d", "{x}" })
	void uriTagIsTheTemplate(String id) {
		TestObservationRegistry registry = TestObservationRegistry.create();
		endpoint.answersWithOperation();
		Endpoint.fetch(endpoint.fetcher(WebClient.builder().observationRegistry(registry)), id);
		assertThat(registry).hasNumberOfObservationsWithNameEqualTo("http.client.requests", 1)
			.hasObservationWithNameEqualTo("http.client.requests")
			.that()
			.hasLowCardinalityKeyValue("uri", Endpoint.PATH)
			.hasLowCardinalityKeyValue("status", "200")
			.hasBeenStopped();
	}

}
