package io.operations.docs.testing;

import io.operations.Operation;
import io.operations.OperationStatus;
import io.operations.core.OperationsTemplate;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webflux.test.autoconfigure.WebFluxTest;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.reactive.function.client.WebClient;

import static org.mockito.BDDMockito.given;

@WebFluxTest(ConfigurationController.class)
class ConfigurationControllerTests {

	@MockitoBean
	OperationsTemplate operations;

	@MockitoBean("operationsWebClient")
	WebClient api;

	@Test
	void statusIsThatOfTheOperation(@Autowired WebTestClient client) {
		Operation running = Operation.builder("operation-1").status(OperationStatus.RUNNING).build();
		given(this.operations.fetch("operation-1")).willReturn(Mono.just(running));
		client.get()
			.uri("/operations/operation-1/status")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody(String.class)
			.isEqualTo("RUNNING");
	}

}
