package io.operations.sample;

import java.time.Duration;

import io.operations.Operation;
import io.operations.OperationCancelledException;
import io.operations.OperationFailedException;
import io.operations.OperationTimeoutException;
import io.operations.OperationsException;
import io.operations.autoconfigure.web.OperationsProblemDetails;
import io.operations.core.OperationsClients;
import io.operations.core.OperationsTemplate;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.format.annotation.DurationFormat;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * Returns operations of any client: their current state, their end, or each change of
 * their status.
 */
@RestController
class OperationController {

	private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

	private static final String DEFAULT = "operations";

	private final OperationsClients clients;

	OperationController(OperationsClients clients) {
		this.clients = clients;
	}

	private OperationsTemplate client(String name) {
		if (!this.clients.names().contains(name)) {
			throw new ResponseStatusException(HttpStatus.BAD_REQUEST,
					"'client' must be one of " + String.join(", ", this.clients.names()));
		}
		return this.clients.get(name);
	}

	@GetMapping("/operations/{id}")
	Mono<Operation> fetch(@PathVariable String id, @RequestParam(defaultValue = DEFAULT) String client) {
		return client(client).fetch(id);
	}

	@GetMapping(path = "/operations/{id}", params = "wait")
	Mono<ResponseEntity<Operation>> await(@PathVariable String id, @RequestParam(defaultValue = DEFAULT) String client,
			@RequestParam @DurationFormat(style = DurationFormat.Style.SIMPLE) Duration wait) {
		if (wait.isNegative() || wait.isZero() || wait.compareTo(LONGEST_WAIT) > 0) {
			return Mono.error(new ResponseStatusException(HttpStatus.BAD_REQUEST,
					"'wait' must be longer than 0s and at most " + LONGEST_WAIT.toSeconds() + "s"));
		}
		// The caller asked for the end of the operation, even if it failed.
		return client(client).await(id, wait)
			.onErrorResume(OperationFailedException.class, (ex) -> Mono.just(ex.getOperation()))
			.onErrorResume(OperationCancelledException.class, (ex) -> Mono.just(ex.getOperation()))
			.map(ResponseEntity::ok)
			.onErrorResume(OperationTimeoutException.class, (ex) -> lastSeen(ex, ex.getLastSeen()));
	}

	private static Mono<ResponseEntity<Operation>> lastSeen(OperationTimeoutException timeout,
			@Nullable Operation operation) {
		return (operation != null) ? Mono.just(ResponseEntity.accepted().body(operation)) : Mono.error(timeout);
	}

	@GetMapping(path = "/operations/{id}/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	Flux<ServerSentEvent<Object>> watch(@PathVariable String id, @RequestParam(defaultValue = DEFAULT) String client) {
		return client(client).watch(id)
			.map((seen) -> ServerSentEvent.<Object>builder(seen).build())
			// Before the first event an error becomes the HTTP response. After it, only
			// an event can report the error.
			.switchOnFirst((first, events) -> first.isOnError() ? events
					: events.onErrorResume(OperationsException.class, OperationController::problem));
	}

	private static Mono<ServerSentEvent<Object>> problem(OperationsException fault) {
		return Mono.just(ServerSentEvent.<Object>builder(OperationsProblemDetails.of(fault)).event("problem").build());
	}

}
