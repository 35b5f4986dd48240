package io.operations.docs.extending;

import java.util.Map;

import io.operations.AcceptedOperation;
import io.operations.Operation;
import io.operations.core.OperationsTemplate;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.stereotype.Service;
import org.springframework.web.reactive.function.client.WebClient;

@Service
class Campaigns {

	private final OperationsTemplate operations;

	private final WebClient api;

	Campaigns(@Qualifier("campaigns") OperationsTemplate operations, @Qualifier("campaigns") WebClient api) {
		this.operations = operations;
		this.api = api;
	}

	Mono<Operation> send(Map<String, ?> messages) {
		return this.api.post()
			.uri("/v1/Messages")
			.bodyValue(messages)
			.exchangeToMono(AcceptedOperation::from)
			.flatMap(this.operations::await);
	}

	OperationsTemplate operations() {
		return this.operations;
	}

}
