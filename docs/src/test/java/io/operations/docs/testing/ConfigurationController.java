package io.operations.docs.testing;

import java.util.Map;

import io.operations.AcceptedOperation;
import io.operations.core.OperationsTemplate;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * A controller to test.
 */
@RestController
class ConfigurationController {

	private final WebClient api;

	private final OperationsTemplate operations;

	ConfigurationController(@Qualifier("operationsWebClient") WebClient api, OperationsTemplate operations) {
		this.api = api;
		this.operations = operations;
	}

	@PostMapping("/configurations")
	Mono<String> create(@RequestBody Map<String, ?> configuration) {
		return this.api.post()
			.uri("/v2/ControlPlane/Configurations")
			.bodyValue(configuration)
			.exchangeToMono(AcceptedOperation::from)
			.flatMap(this.operations::await)
			.map((done) -> done.configurationId().orElseThrow());
	}

	@GetMapping("/operations/{id}/status")
	Mono<String> status(@PathVariable String id) {
		return this.operations.fetch(id).map((operation) -> operation.status().name());
	}

}
