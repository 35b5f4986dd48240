package io.operations.docs.testing;

import java.time.Duration;

import io.operations.OperationTimeoutException;
import io.operations.OperationsCredentials;
import io.operations.core.OperationsTemplate;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;

class VirtualTimeTests {

	@Test
	void aWaitOfTenMinutesEndsAtOnceInVirtualTime() {
		VirtualTimeScheduler time = VirtualTimeScheduler.create();
		WebClient.Builder endpoint = WebClient.builder().exchangeFunction((request) -> running());
		try (OperationsTemplate operations = OperationsTemplate.builder(endpoint)
			.credentials(OperationsCredentials.of("SK1", "secret"))
			.scheduler(time)
			.build()) {
			StepVerifier.create(operations.await("operation-1"))
				.then(() -> time.advanceTimeBy(Duration.ofMinutes(10).plusSeconds(1)))
				.expectError(OperationTimeoutException.class)
				.verify(Duration.ofSeconds(30));
		}
	}

	private static Mono<ClientResponse> running() {
		return Mono.fromSupplier(() -> ClientResponse.create(HttpStatus.OK)
			.header(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON_VALUE)
			.body("{\"status\": \"RUNNING\"}")
			.build());
	}

}
