package io.operations.docs.using;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.operations.Operation;
import io.operations.core.OperationsTemplate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Service;

@Service
class Calls {

	private static final Logger log = LoggerFactory.getLogger(Calls.class);

	private final OperationsTemplate operations;

	Calls(OperationsTemplate operations) {
		this.operations = operations;
	}

	Mono<Operation> fetchWithin(String operationId) {
		return this.operations.fetch(operationId).timeout(Duration.ofSeconds(5));
	}

	Mono<Operation> imported(String operationId) {
		return this.operations.await(operationId, "import", Duration.ofMinutes(30));
	}

	Disposable log(String operationId) {
		return this.operations.watch(operationId)
			.subscribe((seen) -> log.info("{} is {}", seen.id(), seen.statusText()),
					(fault) -> log.warn("The watch of {} ended", operationId, fault));
	}

	Mono<Long> failedRecipients(String operationId) {
		return this.operations.await(operationId).map((done) -> done.stats().getOrDefault("failed", 0L));
	}

	Operation block(String operationId) {
		return this.operations.await(operationId, Duration.ofMinutes(2)).block();
	}

	CompletableFuture<Operation> future(String operationId) {
		return this.operations.await(operationId).toFuture();
	}

}
