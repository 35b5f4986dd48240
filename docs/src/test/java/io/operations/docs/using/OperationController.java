package io.operations.docs.using;

import java.time.Duration;

import io.operations.Operation;
import io.operations.core.OperationsTemplate;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.format.annotation.DurationFormat;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
class OperationController {

	private final OperationsTemplate operations;

	OperationController(OperationsTemplate operations) {
		this.operations = operations;
	}

	@GetMapping(path = "/operations/{id}", params = "wait")
	Mono<Operation> await(@PathVariable String id,
			@RequestParam @DurationFormat(style = DurationFormat.Style.SIMPLE) Duration wait) {
		return this.operations.await(id, wait);
	}

	@GetMapping(path = "/operations/{id}/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	Flux<Operation> events(@PathVariable String id) {
		return this.operations.watch(id);
	}

}
