package io.operations.sample;

import io.operations.AcceptedOperation;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Deletes conversations. A deletion starts an operation, too.
 */
@RestController
class ConversationController {

	private final WebClient operationsWebClient;

	ConversationController(@Qualifier("operationsWebClient") WebClient operationsWebClient) {
		this.operationsWebClient = operationsWebClient;
	}

	@DeleteMapping("/conversations/{id}")
	Mono<ResponseEntity<AcceptedOperation>> delete(@PathVariable String id) {
		return this.operationsWebClient.delete()
			.uri("/v2/Conversations/{id}", id)
			.exchangeToMono(AcceptedOperation::from)
			.map(Answers::accepted);
	}

}
