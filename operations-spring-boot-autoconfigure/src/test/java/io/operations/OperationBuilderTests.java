package io.operations;

import java.net.URI;
import java.time.Instant;

import org.junit.jupiter.api.Test;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests {@link OperationBuilder}.
 */
class OperationBuilderTests {

	@Test
	void operationWithoutSettingsIsCompleted() {
		Operation operation = Operation.builder("op").build();
		assertThat(operation.id()).isEqualTo("op");
		assertThat(operation.status()).isEqualTo(OperationStatus.COMPLETED);
		assertThat(operation.statusText()).isEqualTo("COMPLETED");
		assertThat(operation.related()).isEmpty();
	}

	@Test
	void everySettingReachesTheOperation() {
		Instant time = Instant.parse("2026-01-01T00:00:00Z");
		Operation operation = Operation.builder("op")
			.status(OperationStatus.FAILED)
			.statusText("ERROR")
			.createdAt(time)
			.completedAt(time.plusSeconds(5))
			.statusUrl(URI.create("/op"))
			.error(ProblemDetail.forStatus(HttpStatus.CONFLICT))
			.related("configurationId", "conf")
			.detail("note", 1)
			.build();
		assertThat(operation.status()).isEqualTo(OperationStatus.FAILED);
		assertThat(operation.statusText()).isEqualTo("ERROR");
		assertThat(operation.duration()).hasValueSatisfying((duration) -> assertThat(duration).hasSeconds(5));
		assertThat(operation.statusUrl()).hasToString("/op");
		assertThat(operation.error()).extracting(ProblemDetail::getStatus).isEqualTo(409);
		assertThat(operation.configurationId()).hasValue("conf");
		assertThat(operation.details()).containsEntry("note", 1);
	}

}
