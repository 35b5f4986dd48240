package io.operations.docs.extending;

import java.util.Map;

import io.operations.AcceptedOperation;
import io.operations.Operation;
import io.operations.core.OperationsTemplate;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.stereotype.Service;

@Service
class MemoryService {

	private final OperationsTemplate operations;

	MemoryService(@Qualifier("memoryOperations") OperationsTemplate operations) {
		this.operations = operations;
	}

	Mono<Operation> create(Map<String, ?> store) {
		return this.operations.getWebClient()
			.post()
			.uri("/v1/ControlPlane/Stores")
			.bodyValue(store)
			.exchangeToMono(AcceptedOperation::from)
			.flatMap(this.operations::await);
	}

}
