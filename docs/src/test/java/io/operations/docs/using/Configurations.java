package io.operations.docs.using;

import java.time.Duration;
import java.util.Map;

import io.operations.AcceptedOperation;
import io.operations.Operation;
import io.operations.core.OperationsTemplate;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Service;
import org.springframework.web.reactive.function.client.WebClient;

@Service
class Configurations {

	private final WebClient api;

	private final OperationsTemplate operations;

	Configurations(@Qualifier("operationsWebClient") WebClient api, OperationsTemplate operations) {
		this.api = api;
		this.operations = operations;
	}

	Mono<String> create(Map<String, ?> configuration) {
		return this.api.post()
			.uri("/v2/ControlPlane/Configurations")
			.bodyValue(configuration)
			.exchangeToMono(AcceptedOperation::from)
			.flatMap(this.operations::await)
			.map((done) -> done.configurationId().orElseThrow());
	}

	Mono<Operation> importAll(Map<String, ?> configuration) {
		return this.api.post()
			.uri("/v2/ControlPlane/Configurations")
			.bodyValue(configuration)
			.exchangeToMono(AcceptedOperation::from)
			.map((accepted) -> accepted.withKind("import"))
			.flatMap((accepted) -> this.operations.await(accepted, Duration.ofMinutes(30)));
	}

	Mono<Operation> awaitAnswerOf(ResponseEntity<Map<String, Object>> response) {
		AcceptedOperation accepted = AcceptedOperation.from(response);
		return this.operations.await(accepted);
	}

	Mono<Operation> awaitAccepted(HttpHeaders headers, Map<String, ?> body) {
		AcceptedOperation accepted = AcceptedOperation.from(headers, body);
		return this.operations.await(accepted);
	}

}
