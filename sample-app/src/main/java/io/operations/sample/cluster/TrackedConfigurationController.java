package io.operations.sample.cluster;

import java.util.List;
import java.util.Map;

import io.operations.AcceptedOperation;
import io.operations.sample.Answers;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Profile;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Writes configurations and lists their outcomes, including those of other instances.
 */
@RestController
@Profile("cluster")
class TrackedConfigurationController {

	private static final Log logger = LogFactory.getLog(TrackedConfigurationController.class);

	private final WebClient operationsWebClient;

	private final Configurations configurations;

	TrackedConfigurationController(@Qualifier("operationsWebClient") WebClient operationsWebClient,
			Configurations configurations) {
		this.operationsWebClient = operationsWebClient;
		this.configurations = configurations;
	}

	@PostMapping("/configurations")
	Mono<ResponseEntity<AcceptedOperation>> create(@RequestBody Map<String, Object> configuration) {
		String name = String.valueOf(configuration.get("displayName"));
		return this.operationsWebClient.post()
			.uri("/v2/ControlPlane/Configurations")
			.bodyValue(configuration)
			.exchangeToMono(AcceptedOperation::from)
			.flatMap((accepted) -> add(accepted, name).thenReturn(accepted))
			.map(Answers::accepted);
	}

	private Mono<Void> add(AcceptedOperation accepted, String name) {
		return blocking(Mono.<Void>fromRunnable(() -> this.configurations.add(accepted, name)))
			// The server has accepted the write, so an operator has to know of it.
			.doOnError((ex) -> logger.error("The server accepted operation '" + accepted.id()
					+ "', but the application could not store it. No instance tracks the operation:"
					+ " check its outcome by hand.", ex));
	}

	@GetMapping("/configurations")
	Mono<List<TrackedConfiguration>> list() {
		return blocking(Mono.fromSupplier(this.configurations::latest));
	}

	// JDBC blocks, but the threads of the web server must not block.
	private static <T> Mono<T> blocking(Mono<T> call) {
		return call.subscribeOn(Schedulers.boundedElastic());
	}

}
