package io.operations.docs.using;

import java.time.Duration;

import io.operations.core.OperationsTemplate;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Service;

@Service
class Progress {

	private final OperationsTemplate operations;

	Progress(OperationsTemplate operations) {
		this.operations = operations;
	}

	Mono<Duration> timeTaken(String operationId) {
		return this.operations.await(operationId).map((done) -> done.duration().orElseThrow());
	}

}
