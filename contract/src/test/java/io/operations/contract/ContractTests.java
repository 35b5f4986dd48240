package io.operations.contract;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
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
import io.operations.core.OperationsTemplate;
import io.operations.resilience.RateLimitSettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Fetches and awaits what Prism generates from the vendor's documents.
 */
class ContractTests {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	// Each answer is another one.
	private static final int FETCHED = 50;

	private static final int AWAITED = 5;

	private static @Nullable Packages packages;

	@BeforeAll
	static void install() throws IOException {
		packages = Packages.install();
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

	private static OperationsTemplate template(Prism prism, OperationsProduct product, String preference) {
		return OperationsTemplate.builder(WebClient.builder().defaultHeader("Prefer", preference))
			.product(product)
			.baseUrl(prism.baseUrl())
			.credentials(OperationsCredentials.of("SK1", "secret"))
			.retryEnabled(false)
			.rateLimit(new RateLimitSettings(1000, 16, 1000))
			.build();
	}

	@Test
	void eachDocumentHasStatuses() throws IOException {
		assertThat(documents()).hasSize(5)
			.allSatisfy((document) -> assertThat(document.statuses()).contains("PENDING", "COMPLETED", "FAILED"));
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("documentedStatuses")
	void operationIsFetchedAndAwaited(OperationsProduct product, String status) throws IOException {
		VendorDocument document = VendorDocument.read(packages(), product);
		String id = document.id();
		try (Prism prism = Prism.start(packages(), document.narrowTo(status));
				OperationsTemplate examples = template(prism, product, "dynamic=false");
				OperationsTemplate generated = template(prism, product, "dynamic=true")) {
			OperationStatus expected = OperationStatus.valueOf(status);
			checkWhole(fetch(examples, id, expected));
			for (int i = 0; i < FETCHED; i++) {
				fetch(generated, id, expected);
			}
			for (int i = 0; i < AWAITED && expected.isTerminal(); i++) {
				await(generated, id, expected);
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

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("documentedErrors")
	void errorIsReported(OperationsProduct product, List<Integer> errors) throws IOException {
		VendorDocument document = VendorDocument.read(packages(), product);
		try (Prism prism = Prism.start(packages(), document.narrowTo("PENDING"))) {
			for (int error : errors) {
				for (String dynamic : List.of("false", "true")) {
					try (OperationsTemplate operations = template(prism, product,
							"code=" + error + ", dynamic=" + dynamic)) {
						Throwable thrown = catchThrowable(() -> operations.fetch(document.id()).block(LIMIT));
						assertThat(thrown).as(Integer.toString(error)).isInstanceOf(exception(error));
						OperationsException exception = (OperationsException) Objects.requireNonNull(thrown);
						assertThat(exception.getStatusCode()).hasValue(error);
						assertThat(exception.getCode()).as(exception.toString()).isNotNull();
					}
				}
			}
		}
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

}
