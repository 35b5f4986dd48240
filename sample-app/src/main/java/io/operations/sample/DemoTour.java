package io.operations.sample;

import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

import io.operations.AcceptedOperation;
import io.operations.Operation;
import io.operations.OperationFailedException;
import io.operations.core.OperationsTemplate;
import io.operations.test.Fault;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.annotation.Profile;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Shows at start what the library does: an operation that completes, one that fails, one
 * through an endpoint that throttles and is away, and some that it learns from.
 */
@Component
@Profile("demo")
@ConditionalOnProperty(name = "sample.tour.enabled", matchIfMissing = true)
class DemoTour {

	private static final Log logger = LogFactory.getLog("tour");

	private static final int ROUNDS = 4;

	private static final int OPERATIONS_A_ROUND = 5;

	private final OperationsTemplate operations;

	private final WebClient operationsWebClient;

	private final OperationsSimulator simulator;

	private final Environment environment;

	DemoTour(OperationsTemplate operations, @Qualifier("operationsWebClient") WebClient operationsWebClient,
			OperationsSimulator simulator, Environment environment) {
		this.operations = operations;
		this.operationsWebClient = operationsWebClient;
		this.simulator = simulator;
		this.environment = environment;
	}

	@EventListener(ApplicationReadyEvent.class)
	void run() {
		completes().then(fails())
			.then(survivesFaults())
			.then(Mono.defer(this::learns))
			.doOnSuccess((done) -> tellWhatIsNext())
			.subscribe((done) -> {
			}, (fault) -> logger.error("The tour was cut short", fault));
	}

	private Mono<Operation> completes() {
		return write(OperationScript.completed().pending(Duration.ofSeconds(1)).running(Duration.ofSeconds(2)))
			.doOnNext((accepted) -> logger.info("1. A write was accepted as operation " + accepted.id()))
			.flatMap((accepted) -> this.operations.watch(accepted.id())
				.doOnNext((seen) -> logger.info("   it is " + seen.statusText()))
				.last())
			.doOnNext((done) -> logger.info("   it made " + done.configurationId().orElseThrow() + " in "
					+ done.duration().map(Duration::toSeconds).orElseThrow() + " s, by the server's clock"));
	}

	private Mono<String> fails() {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT,
				"A configuration of this name is in use");
		return write(OperationScript.failed(problem).running(Duration.ofSeconds(1)))
			.doOnNext((accepted) -> logger.info("2. Another one fails: operation " + accepted.id()))
			.flatMap((accepted) -> this.operations.await(accepted).map(Operation::statusText))
			.onErrorResume(OperationFailedException.class, (failed) -> Mono.just(String.valueOf(failed.getMessage())))
			.doOnNext((seen) -> logger.info("   whoever awaits it is told: " + seen));
	}

	private Mono<Operation> survivesFaults() {
		return write(OperationScript.completed().running(Duration.ofSeconds(2))).doOnNext((accepted) -> {
			logger.info("3. The endpoint answers 429 (Retry-After: 1) twice and 503 once: operation " + accepted.id());
			this.simulator.fault(accepted.id(), 2, Fault.throttled(Duration.ofSeconds(1)));
			this.simulator.fault(accepted.id(), 1, Fault.unavailable());
		})
			.flatMap((accepted) -> this.operations.await(accepted)
				.doOnNext((done) -> logger.info("   it is " + done.statusText() + " all the same, after "
						+ this.simulator.requestCount(accepted.id()) + " requests")));
	}

	private Mono<Void> learns() {
		logger.info("4. How long such operations take is learned, and they are asked for when they are about to end:");
		return Flux.range(1, ROUNDS)
			.concatMap((round) -> Flux.range(0, OPERATIONS_A_ROUND)
				.concatMap(
						(number) -> write(OperationScript.completed().running(Duration.ofMillis(2900 + 50L * number))))
				.flatMap((accepted) -> this.operations.await(accepted.withKind("tour")))
				.collect(Collectors.averagingDouble((Operation done) -> this.simulator.requestCount(done.id())))
				.doOnNext((polls) -> logger.info("   round " + round + ": " + polls + " requests an operation")))
			.then();
	}

	private Mono<AcceptedOperation> write(OperationScript script) {
		return Mono.defer(() -> {
			this.simulator.nextScript(script);
			return this.operationsWebClient.post()
				.uri("/v2/ControlPlane/Configurations")
				.bodyValue(Map.of("displayName", "tour"))
				.exchangeToMono(AcceptedOperation::from);
		});
	}

	private void tellWhatIsNext() {
		String url = "http://localhost:" + this.environment.getProperty("local.server.port");
		logger.info("The tour is over. To see more:");
		logger.info("   curl -i -X POST " + url + "/configurations -H 'Content-Type: application/json' -d '{}'");
		logger.info("   curl -i '" + url + "/operations/<id>?wait=30s'    curl -N " + url + "/operations/<id>/events");
		logger.info("   " + url + "/actuator/health    " + url + "/actuator/metrics/operations.fetch    " + url
				+ "/actuator/prometheus");
	}

}
