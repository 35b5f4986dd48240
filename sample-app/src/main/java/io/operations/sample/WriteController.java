package io.operations.sample;

import java.net.URI;
import java.util.Map;

import io.operations.AcceptedOperation;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * Writes that start operations. Answers as the vendor does: 202, and where to look.
 */
@RestController
class WriteController {

	private final WebClient operationsWebClient;

	WriteController(@Qualifier("operationsWebClient") WebClient operationsWebClient) {
		this.operationsWebClient = operationsWebClient;
	}

	@PostMapping("/configurations")
	Mono<ResponseEntity<AcceptedOperation>> createConfiguration(@RequestBody Map<String, Object> configuration) {
		return this.operationsWebClient.post()
			.uri("/v2/ControlPlane/Configurations")
			.bodyValue(configuration)
			.exchangeToMono(AcceptedOperation::from)
			.map(WriteController::accepted);
	}

	@DeleteMapping("/conversations/{id}")
	Mono<ResponseEntity<AcceptedOperation>> deleteConversation(@PathVariable String id) {
		return this.operationsWebClient.delete()
			.uri("/v2/Conversations/{id}", id)
			.exchangeToMono(AcceptedOperation::from)
			.map(WriteController::accepted);
	}

	private static ResponseEntity<AcceptedOperation> accepted(AcceptedOperation operation) {
		URI location = UriComponentsBuilder.fromPath("/operations/{id}").encode().build(operation.id());
		return ResponseEntity.accepted().location(location).body(operation);
	}

}
