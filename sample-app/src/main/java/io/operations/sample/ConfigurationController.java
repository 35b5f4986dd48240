package io.operations.sample;

import java.util.Map;

import io.operations.AcceptedOperation;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Profile;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Writes configurations. The HTTP caller fetches or awaits the operation afterwards.
 */
@RestController
@Profile("!cluster")
class ConfigurationController {

	private final WebClient operationsWebClient;

	ConfigurationController(@Qualifier("operationsWebClient") WebClient operationsWebClient) {
		this.operationsWebClient = operationsWebClient;
	}

	@PostMapping("/configurations")
	Mono<ResponseEntity<AcceptedOperation>> create(@RequestBody Map<String, Object> configuration) {
		return this.operationsWebClient.post()
			.uri("/v2/ControlPlane/Configurations")
			.bodyValue(configuration)
			.exchangeToMono(AcceptedOperation::from)
			.map(Answers::accepted);
	}

}
