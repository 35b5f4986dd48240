package io.operations.sample;

import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

import io.operations.AcceptedOperation;
import io.operations.Operation;
import io.operations.OperationFailedException;
import io.operations.OperationsClosedException;
import io.operations.core.OperationsTemplate;
import io.operations.test.Fault;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationTracker;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

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
 * Demonstrates the library when the application starts: an operation that completes, one
 * that fails, one whose server throttles the client and is unavailable, operations whose
 * duration the library learns, and a tracked operation.
 */
@Component
@Profile("demo")
@ConditionalOnProperty(name = "sample.tour.enabled", matchIfMissing = true)
class DemoTour {

	private static final Log logger = LogFactory.getLog("tour");

	private static final int ROUNDS = 4;

	private static final int OPERATIONS_A_ROUND = 5;

	private final OperationsTemplate operations;

	private final OperationTracker tracker;

	private final WebClient operationsWebClient;

	private final OperationsTemplate campaigns;

	private final OperationsSimulator simulator;

	private final Environment environment;

	private final Sinks.One<OperationOutcome> outcome = Sinks.one();

	DemoTour(OperationsTemplate operations, OperationTracker tracker,
			@Qualifier("operationsWebClient") WebClient operationsWebClient,
			@Qualifier("campaigns") OperationsTemplate campaigns, OperationsSimulator simulator,
			Environment environment) {
		this.operations = operations;
		this.tracker = tracker;
		this.operationsWebClient = operationsWebClient;
		this.campaigns = campaigns;
		this.simulator = simulator;
		this.environment = environment;
	}

	@EventListener(ApplicationReadyEvent.class)
	void run() {
		logger.info("The tour shows what the library does. It takes about 20 seconds.");
		logger.info("Lines with the logger 'tour' are the tour's own."
				+ " Lines with a logger that begins with 'io.operations' are the library's log.");
		completes().then(fails())
			.then(survivesErrors())
			.then(Mono.defer(this::learns))
			.then(sendsMessages())
			.then(tracks())
			.doOnSuccess((delivered) -> suggestRequests(delivered.operationId()))
			.subscribe((delivered) -> {
			}, DemoTour::stoppedEarly);
	}

	private static void stoppedEarly(Throwable cause) {
		if (cause instanceof OperationsClosedException) {
			logger.info("The tour ends early, because the application stops.");
		}
		else {
			logger.error("The tour ends early, because of an error.", cause);
		}
	}

	private Mono<Operation> completes() {
		return write(OperationScript.completed().pending(Duration.ofSeconds(1)).running(Duration.ofSeconds(2)))
			.doOnNext((accepted) -> logger.info("1. The server accepts a write as operation " + accepted.id()))
			.flatMap((accepted) -> this.operations.watch(accepted.id())
				.doOnNext((seen) -> logger.info("   its status is " + seen.statusText()))
				.last())
			.doOnNext((done) -> logger.info("   it created " + done.configurationId().orElseThrow() + " in "
					+ done.duration().map(Duration::toSeconds).orElseThrow() + " s by the server's clock"));
	}

	private Mono<String> fails() {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT,
				"A configuration of this name is in use");
		return write(OperationScript.failed(problem).running(Duration.ofSeconds(1)))
			.doOnNext((accepted) -> logger.info("2. The next write will fail: operation " + accepted.id()))
			.flatMap((accepted) -> this.operations.await(accepted).map(Operation::statusText))
			.onErrorResume(OperationFailedException.class, (failed) -> Mono.just(String.valueOf(failed.getMessage())))
			.doOnNext((seen) -> logger.info("   the caller of await receives the error: " + seen));
	}

	private Mono<Operation> survivesErrors() {
		return write(OperationScript.completed().running(Duration.ofSeconds(2))).doOnNext((accepted) -> {
			logger
				.info("3. The server answers 429 (Retry-After: 1) six times and 503 once: operation " + accepted.id());
			logger.info("   the library's next WARN lines, about throttling or an outage, are expected");
			this.simulator.fault(accepted.id(), 6, Fault.throttled(Duration.ofSeconds(1)));
			this.simulator.fault(accepted.id(), 1, Fault.unavailable());
		})
			.flatMap((accepted) -> this.operations.await(accepted)
				.doOnNext((done) -> logger.info("   its status is " + done.statusText() + " despite the errors, after "
						+ this.simulator.requestCount(accepted.id()) + " requests")));
	}

	private Mono<Void> learns() {
		logger.info("4. The library learns how long operations of a kind take,"
				+ " and polls them shortly before they are expected to finish:");
		return Flux.range(1, ROUNDS)
			.concatMap((round) -> Flux.range(0, OPERATIONS_A_ROUND)
				.concatMap(
						(number) -> write(OperationScript.completed().running(Duration.ofMillis(1450 + 25L * number))))
				.flatMap((accepted) -> this.operations.await(accepted.withKind("tour")))
				.collect(Collectors.averagingDouble((Operation done) -> this.simulator.requestCount(done.id())))
				.doOnNext((polls) -> logger.info("   round " + round + ": " + polls + " requests per operation")))
			.then();
	}

	private Mono<Operation> sendsMessages() {
		return Mono.defer(() -> {
			this.simulator.nextScript(OperationScript.completed()
				.running(Duration.ofSeconds(1))
				.stats(Map.of("total", 3, "sent", 2, "failed", 1)));
			return this.campaigns.getWebClient()
				.post()
				.uri("/v1/Messages")
				.bodyValue(Map.of("content", "tour"))
				.exchangeToMono(AcceptedOperation::from);
		})
			.doOnNext((accepted) -> logger
				.info("5. The second client, 'campaigns', sends messages: operation " + accepted.id()))
			.flatMap(this.campaigns::await)
			.doOnNext((done) -> logger.info("   its status is " + done.statusText() + ", and its counts are "
					+ done.stats() + ": COMPLETED does not mean that each message was sent"));
	}

	private Mono<OperationOutcome> tracks() {
		return write(OperationScript.completed().running(Duration.ofSeconds(1))).doOnNext((accepted) -> {
			logger.info("6. The application hands operation " + accepted.id() + " to the OperationTracker");
			logger.info("   the library's next WARN line, about the store in memory, is expected");
		})
			.flatMap(this.tracker::track)
			.then(this.outcome.asMono())
			.doOnNext((delivered) -> logger.info("   the tracker delivers the outcome " + delivered.type()));
	}

	@EventListener
	void deliver(OperationOutcome delivered) {
		this.outcome.tryEmitValue(delivered);
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

	private void suggestRequests(String id) {
		String url = "http://localhost:" + this.environment.getProperty("local.server.port");
		logger.info("The tour is over. The application runs until you stop it with Ctrl+C.");
		logger.info("To start an operation and to see it live, open " + url + " in a browser.");
		logger.info("To write, to read an operation, to wait for its end, and to watch it,"
				+ " paste these lines into another terminal:");
		logger.info("   curl -i -X POST " + url + "/configurations -H 'Content-Type: application/json' -d '{}'");
		logger.info("   curl -i -X POST " + url + "/campaigns -H 'Content-Type: application/json' -d '{}'");
		logger.info("   curl -i " + url + "/operations/" + id);
		logger.info("   curl -i '" + url + "/operations/" + id + "?wait=30s'");
		logger.info("   curl -N " + url + "/operations/" + id + "/events");
		logger.info("To see the endpoint 'operations', one tracked operation, the health, one meter, and all meters:");
		logger.info("   curl " + url + "/actuator/operations");
		logger.info("   curl " + url + "/actuator/operations/" + id);
		logger.info("   curl " + url + "/actuator/health");
		logger.info("   curl " + url + "/actuator/metrics/operations.fetch");
		logger.info("   curl " + url + "/actuator/prometheus");
	}

}
