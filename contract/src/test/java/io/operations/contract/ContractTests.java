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
	private static final int GENERATED = 50;

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
		return VendorDocument.NAMES.keySet().stream().sorted().map((product) -> VendorDocument.read(installed, product));
	}

	static Stream<Arguments> documentedStatuses() throws IOException {
		return documents().flatMap((document) -> document.statuses()
			.stream()
			.map((status) -> Arguments.of(document.product(), status)));
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
			check(examples, id, status);
			for (int i = 0; i < GENERATED; i++) {
				check(generated, id, status);
			}
		}
	}

	private static void check(OperationsTemplate operations, String id, String status) {
		Operation fetched = Objects.requireNonNull(operations.fetch(id).block(LIMIT));
		OperationStatus expected = OperationStatus.valueOf(status);
		assertThat(fetched.status()).as(fetched.toString()).isEqualTo(expected);
		assertThat(fetched.statusText()).as(fetched.toString()).isEqualTo(status);
		assertThat(fetched.answeredId()).as(fetched.toString()).isEmpty();
		assertThat(fetched.createdAt()).as(fetched.toString()).isNotNull();
		assertThat(fetched.details()).as(fetched.toString()).doesNotContainKeys("status", "createdAt", "completedAt");
		if (!expected.isTerminal()) {
			return;
		}
		Throwable thrown = catchThrowable(() -> {
			Operation done = operations.await(id).block(LIMIT);
			assertThat(done).isNotNull();
			assertThat(done.status()).isEqualTo(OperationStatus.COMPLETED);
		});
		Class<?> failure = switch (expected) {
			case FAILED -> OperationFailedException.class;
			case CANCELLED -> OperationCancelledException.class;
			default -> null;
		};
		if (failure != null) {
			assertThat(thrown).isInstanceOf(failure);
		}
		else {
			assertThat(thrown).isNull();
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
						assertThat(((OperationsException) thrown).getStatusCode()).hasValue(error);
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
