package io.operations.internal.tracking.jdbc;

import java.util.Map;
import java.util.Objects;

import io.operations.Operation;
import io.operations.OperationStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class OperationJsonTests {

	private final OperationJson json = new OperationJson();

	@ParameterizedTest
	@CsvSource({ "COMPLETED, COMPLETED", "Active, COMPLETED", "SCHEDULED, PENDING", "error, FAILED",
			"Hibernating, UNKNOWN", "'', UNKNOWN" })
	void whenStatusIsWordOfProductItKeepsItsMeaning(String word, OperationStatus status) {
		Operation operation = new Operation("op", status, word, null, null, null, null, Map.of(),
				Map.of("stats", Map.of("total", 3000000000L, "failed", 2)));
		Operation read = Objects.requireNonNull(this.json.readOperation("op", this.json.write(operation)));
		assertThat(read).isEqualTo(operation);
		assertThat(read.stats()).isEqualTo(Map.of("total", 3000000000L, "failed", 2L));
	}

	@Test
	void whenRowHasNoMeaningOperationIsRead() {
		Operation read = this.json.readOperation("op", "{\"status\": \"PROCESSING\"}");
		assertThat(Objects.requireNonNull(read).status()).isEqualTo(OperationStatus.RUNNING);
	}

}
