package io.operations.test;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.operations.AcceptedOperation;
import io.operations.Operation;
import io.operations.OperationCancelledException;
import io.operations.OperationFailedException;
import io.operations.OperationNotFoundException;
import io.operations.OperationStatus;
import io.operations.OperationsAuthenticationException;
import io.operations.OperationsException;
import io.operations.OperationsProduct;
import io.operations.OperationsRequestException;
import io.operations.OperationsThrottledException;
import io.operations.OperationsUnavailableException;
import io.operations.core.OperationsClients;
import io.operations.core.OperationsTemplate;
import io.operations.test.autoconfigure.OperationsSimulatorAutoConfiguration;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationOutcomeHandler;
import io.operations.tracking.OperationTracker;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

/**
 * Tests a client of each product over https, in the profile "soak" with each HTTP client
 * of the starter. Each method of the client is tested with each word and each error that
 * the vendor documents.
 */
@ParameterizedClass
@MethodSource("connectors")
class EveryProductTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	private static final Duration PHASE = Duration.ofSeconds(1);

	private static final List<Integer> PERMANENT = List.of(400, 401, 403, 404, 409);

	private static final List<Integer> TRANSIENT = List.of(429, 500, 503);

	private static final MutableClock clock = new MutableClock();

	private static final Map<String, OperationOutcome> outcomes = new ConcurrentHashMap<>();

	@SuppressWarnings("NullAway.Init")
	private static ConfigurableApplicationContext context;

	@SuppressWarnings("NullAway.Init")
	private static OperationsSimulator simulator;

	private final String connector;

	EveryProductTests(String connector) {
		this.connector = connector;
	}

	static List<String> connectors() {
		return Boolean.getBoolean("operations.soak") ? List.of("reactor", "jdk") : List.of("reactor");
	}

	@BeforeParameterizedClassInvocation
	static void start(String connector) {
		Map<String, Object> clients = Arrays.stream(OperationsProduct.values())
			.filter((product) -> product != OperationsProduct.CONVERSATIONS)
			.collect(Collectors.toMap((product) -> "operations.clients." + product + ".product",
					OperationsProduct::value));
		context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties(clients)
			.properties("spring.http.clients.reactive.connector=" + connector, "operations.http.ssl.bundle=simulator",
					"spring.ssl.bundle.pem.simulator.truststore.certificate=classpath:certificates/authority.pem",
					"operations.polling.min-interval=5ms", "operations.polling.max-interval=20ms",
					"operations.rate-limit.requests-per-second=10000", "operations.retry.enabled=false",
					"operations.retry.initial-interval=10ms", "operations.retry.max-interval=20ms",
					"operations.status-words.completed=SUCCEEDED", "spring.main.banner-mode=off",
					"logging.level.root=error")
			.run();
		simulator = context.getBean(OperationsSimulator.class);
	}

	@AfterParameterizedClassInvocation
	static void stop() {
		context.close();
	}

	@BeforeEach
	void reset() {
		simulator.reset();
		outcomes.clear();
	}

	@Test
	void responsesArriveOnAThreadOfTheHttpClient() {
		String id = simulator.accept(OperationScript.completed());
		String thread = block(
				client(OperationsProduct.CONVERSATIONS).fetch(id).map((operation) -> Thread.currentThread().getName()));
		assertThat(thread.contains("-http-")).as(thread).isEqualTo(this.connector.equals("reactor"));
	}

	@ParameterizedTest
	@EnumSource
	void fetchReturnsEachWord(OperationsProduct product) {
		Stream.concat(openWords(product).stream(), ends(product).stream().map((end) -> word(product, end)))
			.forEach((word) -> {
				String id = simulator.accept(product, atOnce(OperationScript.endingAs(word)));
				Operation operation = block(client(product).fetch(id));
				assertThat(operation.statusText()).isEqualTo(word);
				assertThat(operation.status()).isEqualTo(status(word));
			});
	}

	@ParameterizedTest
	@EnumSource
	void awaitEndsWithEachTerminalWord(OperationsProduct product) {
		Map<OperationStatus, AcceptedOperation> accepted = writes(product);
		Map<OperationStatus, CompletableFuture<Operation>> waits = new EnumMap<>(OperationStatus.class);
		accepted.forEach((end, operation) -> waits.put(end, client(product).await(operation, MAX_WAIT).toFuture()));
		passOpenWords((phase) -> accepted.values().stream().allMatch((each) -> polls(each) > phase));
		waits.forEach((end, wait) -> {
			switch (end) {
				case FAILED -> assertEnd(product, end,
						failure(OperationFailedException.class, Mono.fromFuture(wait)).getOperation());
				case CANCELLED -> assertEnd(product, end,
						failure(OperationCancelledException.class, Mono.fromFuture(wait)).getOperation());
				default -> assertEnd(product, end, block(Mono.fromFuture(wait)));
			}
		});
	}

	@ParameterizedTest
	@EnumSource
	void watchEmitsEachWordUpToTheEnd(OperationsProduct product) {
		Map<OperationStatus, List<Operation>> seen = new EnumMap<>(OperationStatus.class);
		List<Mono<Void>> watches = new ArrayList<>();
		writes(product).forEach((end, accepted) -> {
			List<Operation> operations = new CopyOnWriteArrayList<>();
			seen.put(end, operations);
			watches.add(client(product).watch(accepted).doOnNext(operations::add).then());
		});
		CompletableFuture<?> ended = Mono.when(watches).toFuture();
		passOpenWords((phase) -> seen.values().stream().allMatch((operations) -> operations.size() > phase));
		until(ended::isDone);
		assertThat(ended).isCompleted();
		seen.forEach((end, operations) -> {
			assertThat(operations).extracting(Operation::statusText)
				.containsExactly(openWords(product).get(0), openWords(product).get(1), word(product, end));
			assertEnd(product, end, operations.get(2));
		});
	}

	@ParameterizedTest
	@EnumSource
	void trackerDeliversEachTerminalWord(OperationsProduct product) {
		Map<OperationStatus, AcceptedOperation> accepted = writes(product);
		accepted.values().forEach((operation) -> block(tracker(product, operation).track(operation)));
		passOpenWords((phase) -> accepted.values().stream().allMatch((each) -> polls(each) > phase));
		accepted.forEach((end, operation) -> {
			OperationOutcome outcome = outcome(operation.id());
			assertThat(outcome.client()).isEqualTo(client(product).getName());
			assertThat(outcome.type().name()).isEqualTo(end.name());
			assertEnd(product, end, Objects.requireNonNull(outcome.operation()));
		});
	}

	@ParameterizedTest
	@EnumSource
	void configuredWordEndsAnOperationButUnknownWordDoesNot(OperationsProduct product) {
		String id = simulator.accept(product, atOnce(OperationScript.endingAs("Succeeded")).then("HIBERNATING", PHASE));
		List<Operation> seen = new CopyOnWriteArrayList<>();
		CompletableFuture<?> watch = client(product).watch(id).doOnNext(seen::add).then().toFuture();
		block(tracker().forClient(client(product).getName()).track(id, Map.of()));
		until(() -> seen.size() == 1 && simulator.requestCount(id) > 3);
		clock.advance(PHASE);
		assertThat(outcome(id).type()).isEqualTo(OperationOutcome.Type.COMPLETED);
		until(watch::isDone);
		assertThat(seen).extracting(Operation::status, Operation::statusText)
			.containsExactly(tuple(OperationStatus.UNKNOWN, "HIBERNATING"),
					tuple(OperationStatus.COMPLETED, "Succeeded"));
	}

	@ParameterizedTest
	@EnumSource
	void fetchReportsEachError(OperationsProduct product) {
		errors().forEach((status) -> {
			String id = faulty(product, status, 1);
			assertReported(product, status, failure(OperationsException.class, client(product).fetch(id)));
		});
	}

	@ParameterizedTest
	@EnumSource
	void awaitEndsWithPermanentErrorsAndContinuesAfterOthers(OperationsProduct product) {
		assertErrorsOfAWait(product, (id) -> client(product).await(id, MAX_WAIT));
	}

	@ParameterizedTest
	@EnumSource
	void watchEndsWithPermanentErrorsAndContinuesAfterOthers(OperationsProduct product) {
		assertErrorsOfAWait(product, (id) -> client(product).watch(id).last());
	}

	private static void assertErrorsOfAWait(OperationsProduct product, Function<String, Mono<Operation>> wait) {
		PERMANENT.forEach((status) -> assertReported(product, status,
				failure(OperationsException.class, wait.apply(faulty(product, status, 1)))));
		TRANSIENT.forEach((status) -> {
			String id = faulty(product, status, 1);
			assertThat(block(wait.apply(id)).status()).isEqualTo(OperationStatus.COMPLETED);
			assertThat(simulator.requestCount(id)).isEqualTo(2);
		});
	}

	@ParameterizedTest
	@EnumSource
	void trackerContinuesAfterEachError(OperationsProduct product) {
		OperationTracker tracker = tracker().forClient(client(product).getName());
		List<String> ids = errors().map((status) -> faulty(product, status, 1)).toList();
		ids.forEach((id) -> block(tracker.track(id, Map.of())));
		assertThat(ids).allSatisfy((id) -> {
			assertThat(outcome(id).type()).isEqualTo(OperationOutcome.Type.COMPLETED);
			assertThat(simulator.requestCount(id)).isEqualTo(2);
		});
	}

	@ParameterizedTest
	@EnumSource
	void trackerReportsTheLastErrorAtTheDeadline(OperationsProduct product) {
		OperationTracker tracker = tracker().forClient(client(product).getName());
		Map<Integer, String> ids = errors()
			.collect(Collectors.toMap((status) -> status, (status) -> faulty(product, status, Integer.MAX_VALUE)));
		ids.values().forEach((id) -> block(tracker.track(id, Map.of(), Duration.ofMillis(100))));
		ids.forEach((status, id) -> {
			OperationOutcome outcome = outcome(id);
			assertThat(outcome.type()).isEqualTo(OperationOutcome.Type.TIMED_OUT);
			assertThat(outcome.lastFault()).contains("HTTP " + status, "Simulated error " + status);
		});
	}

	private static List<String> openWords(OperationsProduct product) {
		return isOnManyItems(product) ? List.of("SCHEDULED", "PROCESSING") : List.of("PENDING", "RUNNING");
	}

	private static List<OperationStatus> ends(OperationsProduct product) {
		return Stream.of(OperationStatus.COMPLETED, OperationStatus.FAILED, OperationStatus.CANCELLED)
			.filter((end) -> end != OperationStatus.FAILED || !isOnManyItems(product))
			.filter((end) -> end != OperationStatus.CANCELLED || product != OperationsProduct.VOICE_TRANSCRIPTIONS)
			.toList();
	}

	private static String word(OperationsProduct product, OperationStatus end) {
		return (end == OperationStatus.CANCELLED && isOnManyItems(product)) ? "CANCELED" : end.name();
	}

	private static OperationStatus status(String word) {
		return switch (word) {
			case "SCHEDULED" -> OperationStatus.PENDING;
			case "PROCESSING" -> OperationStatus.RUNNING;
			case "CANCELED" -> OperationStatus.CANCELLED;
			default -> OperationStatus.valueOf(word);
		};
	}

	private static boolean isOnManyItems(OperationsProduct product) {
		return switch (product) {
			case MESSAGES, EMAILS, SENDER_POOLS, PUSH_NOTIFICATIONS -> true;
			default -> false;
		};
	}

	private static @Nullable String errorText(OperationsProduct product) {
		return switch (product) {
			case CONVERSATIONS, COHORTS -> "The name is taken";
			case MEMORY, KNOWLEDGE, INSIGHTS_QUERIES -> "The name is taken (code 20409)";
			default -> null;
		};
	}

	private static void assertEnd(OperationsProduct product, OperationStatus end, Operation operation) {
		assertThat(operation.status()).isEqualTo(end);
		assertThat(operation.statusText()).isEqualTo(word(product, end));
		assertThat(operation.errorText().orElse(null))
			.isEqualTo((end == OperationStatus.FAILED) ? errorText(product) : null);
		assertThat(operation.duration())
			.isEqualTo(hasTimeOfItsEnd(product, end) ? Optional.of(PHASE.multipliedBy(2)) : Optional.empty());
		assertThat(operation.stats().get("failed")).isEqualTo(isOnManyItems(product) ? 2L : null);
	}

	// Most products report no time of a cancellation.
	private static boolean hasTimeOfItsEnd(OperationsProduct product, OperationStatus end) {
		return end != OperationStatus.CANCELLED || isOnManyItems(product)
				|| product == OperationsProduct.INSIGHTS_QUERIES;
	}

	private static void assertReported(OperationsProduct product, int status, OperationsException failure) {
		assertThat(failure).isInstanceOf(switch (status) {
			case 401, 403 -> OperationsAuthenticationException.class;
			case 404 -> OperationNotFoundException.class;
			case 429 -> OperationsThrottledException.class;
			case 500, 503 -> OperationsUnavailableException.class;
			default -> OperationsRequestException.class;
		});
		assertThat(failure.getStatusCode()).isEqualTo(status);
		assertThat(failure.getServerMessage()).isEqualTo("Simulated error " + status);
		assertThat(failure.getCode())
			.isEqualTo((product == OperationsProduct.COHORTS) ? null : Integer.valueOf(20_000 + status));
	}

	private static Stream<Integer> errors() {
		return Stream.concat(PERMANENT.stream(), TRANSIENT.stream());
	}

	private static String faulty(OperationsProduct product, int status, int times) {
		String id = simulator.accept(product, atOnce(OperationScript.completed()));
		simulator.fault(id, times, Fault.status(status));
		return id;
	}

	private static OperationScript atOnce(OperationScript script) {
		return script.pending(Duration.ZERO).running(Duration.ZERO);
	}

	// The test sends one write for each final status. The clock stands still.
	private static Map<OperationStatus, AcceptedOperation> writes(OperationsProduct product) {
		Map<OperationStatus, AcceptedOperation> accepted = new EnumMap<>(OperationStatus.class);
		for (OperationStatus end : ends(product)) {
			OperationScript script = atOnce(script(end).stats(Map.of("total", 5, "failed", 2)));
			for (String word : openWords(product)) {
				script = script.then(word, PHASE);
			}
			simulator.nextScript(script);
			accepted.put(end,
					block(client(product).getWebClient()
						.post()
						.uri(path(product))
						.bodyValue(Map.of())
						.exchangeToMono(AcceptedOperation::from)));
		}
		return accepted;
	}

	private static OperationScript script(OperationStatus end) {
		return switch (end) {
			case FAILED ->
				OperationScript.failed(ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, "The name is taken"));
			case CANCELLED -> OperationScript.cancelled();
			default -> OperationScript.completed();
		};
	}

	private static String path(OperationsProduct product) {
		return switch (product) {
			case CONVERSATIONS -> "/v2/ControlPlane/Configurations";
			case MEMORY -> "/v1/ControlPlane/Stores";
			case KNOWLEDGE -> "/v2/ControlPlane/KnowledgeBases";
			case COHORTS -> "/preview/CohortSnapshots";
			case INSIGHTS_QUERIES -> "/v3/InsightsDomains/Conversations/QueryJobs";
			case VOICE_TRANSCRIPTIONS -> "/v3/Transcriptions";
			case MESSAGES -> "/v1/Messages";
			case EMAILS -> "/v1/Emails";
			case SENDER_POOLS -> "/v1/SenderPools";
			case PUSH_NOTIFICATIONS -> "/v1/PushNotifications";
		};
	}

	private static void passOpenWords(IntPredicate isSeen) {
		for (int i = 0; i < 2; i++) {
			int phase = i;
			until(() -> isSeen.test(phase));
			clock.advance(PHASE);
		}
	}

	private static long polls(AcceptedOperation accepted) {
		return simulator.requestCount(accepted.id());
	}

	private static OperationsTemplate client(OperationsProduct product) {
		return context.getBean(OperationsClients.class)
			.get((product == OperationsProduct.CONVERSATIONS) ? "operations" : product.value());
	}

	private static OperationTracker tracker() {
		return context.getBean(OperationTracker.class);
	}

	// The status URL names the client, if there is one.
	private static OperationTracker tracker(OperationsProduct product, AcceptedOperation accepted) {
		return (accepted.statusUrl() != null) ? tracker() : tracker().forClient(product.value());
	}

	private static OperationOutcome outcome(String id) {
		until(() -> outcomes.containsKey(id));
		return Objects.requireNonNull(outcomes.get(id));
	}

	private static void until(Callable<Boolean> condition) {
		await().pollInterval(Duration.ofMillis(5)).atMost(MAX_WAIT).until(condition);
	}

	private static <T> T block(Mono<T> mono) {
		return Objects.requireNonNull(mono.block(MAX_WAIT));
	}

	private static <T extends Throwable> T failure(Class<T> type, Mono<?> mono) {
		return Objects.requireNonNull(catchThrowableOfType(type, () -> mono.block(MAX_WAIT)));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@ImportAutoConfiguration(OperationsSimulatorAutoConfiguration.class)
	static class Application {

		@Bean
		OperationsSimulator secureSimulator() throws IOException {
			return OperationsSimulator.builder()
				.clock(clock)
				.https(new ClassPathResource("certificates/server.p12").getFile().toPath(), "changeit")
				.start();
		}

		@Bean
		OperationOutcomeHandler outcomes() {
			return (outcome) -> outcomes.put(outcome.operationId(), outcome);
		}

	}

}
