package io.operations.test;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import io.operations.Operation;
import io.operations.OperationStatus;
import org.assertj.core.api.AbstractStringAssert;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;

import static io.operations.test.OperationAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class OperationAssertionsTests {

	private static final Instant CREATED = Instant.parse("2026-01-05T10:30:00Z");

	private final Operation completed = new Operation("op1", OperationStatus.COMPLETED, "COMPLETED", CREATED,
			CREATED.plusSeconds(3), null, null, Map.of("configurationId", "cfg1"),
			Map.of("resultId", "res1", "stats", Map.of("failed", 2)));

	private final Operation failed = new Operation("op2", OperationStatus.FAILED, "FAILED", null, null, null,
			ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, "100% taken"), Map.of(), Map.of());

	private final Operation running = new Operation("op3", OperationStatus.RUNNING, "PROCESSING", CREATED, null, null,
			null, Map.of(), Map.of("step", 3));

	@Test
	void assertionsWhenTheyHoldCanBeChained() {
		assertThat(this.completed).isCompleted()
			.hasEnded()
			.hasRelated("configurationId", "cfg1")
			.hasResultId("res1")
			.hasStat("failed", 2)
			.hasDuration(Duration.ofSeconds(3))
			.isEqualTo(this.completed);
		assertThat(this.failed).isFailed().hasErrorTextContaining("taken");
		assertThat(this.running).hasStatus(OperationStatus.RUNNING).hasNotEnded();
	}

	@Test
	void hasStatusWhenItDiffersFailsAndShowsTheWholeState() {
		fails(() -> assertThat(this.running).isCompleted()).isEqualTo("""
				Expected operation 'op3' to have the status 'COMPLETED', but it is 'RUNNING'.
				  status:      RUNNING ('PROCESSING')
				  createdAt:   2026-01-05T10:30:00Z
				  completedAt: null
				  related:     {}
				  details:     {step=3}""");
	}

	@Test
	void failedOperationIsShownWithItsError() {
		fails(() -> assertThat(this.failed).isCompleted()).contains("100% taken");
		fails(() -> assertThat(this.failed).isCancelled()).contains("'CANCELLED', but it is 'FAILED'");
	}

	@Test
	void everyAssertionFailsIfItDoesNotHold() {
		fails(() -> assertThat(this.running).hasEnded()).contains("'op3' to have ended");
		fails(() -> assertThat(this.completed).hasNotEnded()).contains("'op1' not to have ended");
		fails(() -> assertThat(this.completed).isFailed()).contains("COMPLETED");
		fails(() -> assertThat(this.completed).hasRelated("configurationId", "cfg2")).contains("but it is 'cfg1'");
		fails(() -> assertThat(this.completed).hasRelated("conversationId", "c")).contains("but it is 'null'");
		fails(() -> assertThat(this.completed).hasResultId("res2")).contains("the result id 'res2'");
		fails(() -> assertThat(this.completed).hasStat("failed", 3)).contains("the count 'failed' '3'");
		fails(() -> assertThat(this.running).hasDuration(Duration.ofSeconds(3))).contains("but it is 'null'");
		fails(() -> assertThat(this.failed).hasErrorTextContaining("other")).contains("contains 'other'");
	}

	@Test
	void descriptionIsPartOfTheMessage() {
		fails(() -> assertThat(this.running).as("the write").isCompleted()).startsWith("[the write] Expected");
	}

	@Test
	void assertionWhenOperationIsNullFails() {
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> assertThat((Operation) null).isCompleted());
	}

	@Test
	void actualAndExpectedValueReachTheTool() {
		assertThatExceptionOfType(AssertionFailedError.class).isThrownBy(() -> assertThat(this.running).isCompleted())
			.satisfies((error) -> assertThat(error.getExpected().getValue()).isEqualTo(OperationStatus.COMPLETED));
	}

	private static AbstractStringAssert<?> fails(ThrowingCallable assertion) {
		AssertionError error = catchThrowableOfType(AssertionError.class, assertion);
		return assertThat(error).isNotNull().extracting(Throwable::getMessage, InstanceOfAssertFactories.STRING);
	}

}
