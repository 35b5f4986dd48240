package io.operations.contract;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.operations.Operation;
import io.operations.OperationCancelledException;
import io.operations.OperationFailedException;
import io.operations.OperationNotFoundException;
import io.operations.OperationStatus;
import io.operations.OperationsAuthenticationException;
import io.operations.OperationsCredentials;
import io.operations.OperationsException;
import io.operations.OperationsProduct;
import io.operations.OperationsRequestException;
import io.operations.OperationsThrottledException;
import io.operations.OperationsUnavailableException;
import io.operations.core.OperationsClients;
import io.operations.core.OperationsTemplate;
import io.operations.polling.PollingSettings;
import io.operations.resilience.RateLimitSettings;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationOutcomeHandler;
import io.operations.tracking.OperationTracker;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.http.client.reactive.JdkClientHttpConnector;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Fetches, awaits, watches and tracks what Prism generates from the vendor's documents,
 * with each HTTP client of the starter.
 */
class ContractTests {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	// Each answer is another one.
	private static final int FETCHED = 25;

	private static final int AWAITED = 5;

	private static final Map<String, ClientHttpConnector> CONNECTORS = Map.of("reactor",
			new ReactorClientHttpConnector(), "jdk", new JdkClientHttpConnector());

	private static final BlockingQueue<OperationOutcome> outcomes = new LinkedBlockingQueue<>();

	private static @Nullable Packages packages;

	@SuppressWarnings("NullAway.Init")
	private static ConfigurableApplicationContext context;

	@BeforeAll
	static void start() throws IOException {
		packages = Packages.install();
		context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "logging.level.root=error", "operations.api-key=SK1",
					"operations.api-key-secret=secret")
			.run();
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	private static Packages packages() throws IOException {
		if (packages == null) {
			packages = Packages.install();
		}
		return packages;
	}

	private static Stream<VendorDocument> documents() throws IOException {
		Packages installed = packages();
		return VendorDocument.NAMES.keySet()
			.stream()
			.sorted()
			.map((product) -> VendorDocument.read(installed, product));
	}

	static Stream<Arguments> documentedStatuses() throws IOException {
		return documents().flatMap(
				(document) -> document.statuses().stream().map((status) -> Arguments.of(document.product(), status)));
	}

	static Stream<Arguments> documentedErrors() throws IOException {
		return documents().map((document) -> Arguments.of(document.product(), document.errors()));
	}

	private static OperationsTemplate template(Prism prism, OperationsProduct product, String connector,
			String preference) {
		return OperationsTemplate
			.builder(WebClient.builder()
				.clientConnector(Objects.requireNonNull(CONNECTORS.get(connector)))
				.defaultHeader("Prefer", preference))
			.name(connector)
			.product(product)
			.baseUrl(prism.baseUrl())
			.credentials(OperationsCredentials.of("SK1", "secret"))
			.retryEnabled(false)
			.rateLimit(new RateLimitSettings(1000, 16, 1000))
			.polling(new PollingSettings(Duration.ofMillis(20), Duration.ofMillis(200), LIMIT, 100,
					Duration.ofMinutes(5), 8))
			.build();
	}

	@Test
	void eachDocumentHasStatuses() throws IOException {
		assertThat(documents()).hasSize(5)
			.allSatisfy((document) -> assertThat(document.statuses()).contains("PENDING", "COMPLETED", "FAILED"));
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("documentedStatuses")
	void operationIsFetchedAwaitedAndTracked(OperationsProduct product, String status) throws IOException {
		VendorDocument document = VendorDocument.read(packages(), product);
		OperationStatus expected = OperationStatus.valueOf(status);
		try (Prism prism = Prism.start(packages(), document.narrowTo(status))) {
			for (String connector : CONNECTORS.keySet()) {
				check(prism, product, connector, document.id(), expected);
			}
		}
	}

	private static void check(Prism prism, OperationsProduct product, String connector, String id,
			OperationStatus expected) {
		try (OperationsTemplate examples = template(prism, product, connector, "dynamic=false");
				OperationsTemplate generated = template(prism, product, connector, "dynamic=true")) {
			checkWhole(fetch(examples, id, expected));
			for (int i = 0; i < FETCHED; i++) {
				fetch(generated, id, expected);
			}
			for (int i = 0; i < AWAITED && expected.isTerminal(); i++) {
				await(generated, id, expected);
			}
			if (expected.isTerminal()) {
				OperationOutcome outcome = track(generated, id, LIMIT);
				assertThat(outcome.type().name()).isEqualTo(expected.name());
				assertThat(outcome.operation()).isNotNull();
			}
		}
	}

	// Without "dynamic", each documented member is there.
	private static void checkWhole(Operation operation) {
		if (operation.isTerminal()) {
			assertThat(operation.completedAt()).as(operation.toString()).isNotNull();
		}
		if (operation.status() == OperationStatus.FAILED && operation.error() != null) {
			assertThat(operation.errorText()).as(operation.toString()).isPresent();
		}
		if (operation.details().containsKey("result")) {
			assertThat(operation.resultId()).as(operation.toString()).isPresent();
		}
	}

	private static Operation fetch(OperationsTemplate operations, String id, OperationStatus expected) {
		Operation fetched = Objects.requireNonNull(operations.fetch(id).block(LIMIT));
		assertThat(fetched.status()).as(fetched.toString()).isEqualTo(expected);
		assertThat(fetched.statusText()).as(fetched.toString()).isEqualTo(expected.name());
		assertThat(fetched.answeredId()).as(fetched.toString()).isEmpty();
		assertThat(fetched.createdAt()).as(fetched.toString()).isNotNull();
		assertThat(fetched.details()).as(fetched.toString()).doesNotContainKeys("status", "createdAt", "completedAt");
		return fetched;
	}

	private static void await(OperationsTemplate operations, String id, OperationStatus expected) {
		Throwable thrown = catchThrowable(() -> assertThat(operations.await(id).block(LIMIT)).isNotNull());
		switch (expected) {
			case FAILED -> assertThat(thrown).isInstanceOf(OperationFailedException.class);
			case CANCELLED -> assertThat(thrown).isInstanceOf(OperationCancelledException.class);
			default -> assertThat(thrown).isNull();
		}
		Operation last = operations.watch(id).blockLast(LIMIT);
		assertThat(last).isNotNull();
		assertThat(last.status()).isEqualTo(expected);
	}

	private static OperationOutcome track(OperationsTemplate operations, String id, Duration timeout) {
		context.getBean(OperationsClients.class).register(operations.getName(), operations);
		OperationTracker tracker = context.getBean(OperationTracker.class).forClient(operations.getName());
		assertThat(tracker.track(id, Map.of(), timeout).block(LIMIT)).isNotNull();
		try {
			OperationOutcome outcome = outcomes.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
			assertThat(outcome).isNotNull();
			assertThat(outcome.client()).isEqualTo(operations.getName());
			return outcome;
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("documentedErrors")
	void errorIsReported(OperationsProduct product, List<Integer> errors) throws IOException {
		VendorDocument document = VendorDocument.read(packages(), product);
		try (Prism prism = Prism.start(packages(), document.narrowTo("PENDING"))) {
			for (int error : errors) {
				for (String connector : CONNECTORS.keySet()) {
					checkError(prism, product, connector, document.id(), error);
				}
			}
		}
	}

	private static void checkError(Prism prism, OperationsProduct product, String connector, String id, int error) {
		for (String dynamic : List.of("false", "true")) {
			try (OperationsTemplate operations = template(prism, product, connector,
					"code=" + error + ", dynamic=" + dynamic)) {
				OperationsException fetched = failure(operations.fetch(id), error);
				assertThat(fetched.getStatusCode()).isEqualTo(error);
				assertThat(fetched.getCode()).as(fetched.toString()).isNotNull();
				if (!fetched.isTransient()) {
					failure(operations.await(id), error);
				}
				// The generated times are as long as an hour, and the tracker obeys them.
				if (fetched.getRetryAfter() == null) {
					OperationOutcome outcome = track(operations, id, Duration.ofMillis(50));
					assertThat(outcome.type()).isEqualTo(OperationOutcome.Type.TIMED_OUT);
					assertThat(outcome.lastFault()).contains("HTTP " + error);
				}
			}
		}
	}

	private static OperationsException failure(Mono<Operation> call, int error) {
		Throwable thrown = catchThrowable(() -> call.block(LIMIT));
		assertThat(thrown).as(Integer.toString(error)).isInstanceOf(exception(error));
		return (OperationsException) Objects.requireNonNull(thrown);
	}

	private static Class<? extends OperationsException> exception(int status) {
		return switch (status) {
			case 401, 403 -> OperationsAuthenticationException.class;
			case 404 -> OperationNotFoundException.class;
			case 429 -> OperationsThrottledException.class;
			case 500, 502, 503, 504 -> OperationsUnavailableException.class;
			default -> OperationsRequestException.class;
		};
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		OperationOutcomeHandler outcomes() {
			return outcomes::add;
		}

	}

}
