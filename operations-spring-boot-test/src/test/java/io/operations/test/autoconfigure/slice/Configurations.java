package io.operations.test.autoconfigure.slice;

import java.time.Duration;

import io.operations.Operation;
import io.operations.core.OperationsTemplate;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Service;

/**
 * Uses the template.
 */
@Service
class Configurations {

	private final OperationsTemplate operations;

	Configurations(OperationsTemplate operations) {
		this.operations = operations;
	}

	Mono<Operation> end(String id) {
		return this.operations.await(id, Duration.ofSeconds(20));
	}

}
