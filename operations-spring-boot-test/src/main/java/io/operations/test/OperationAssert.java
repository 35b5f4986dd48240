package io.operations.test;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

import io.operations.Operation;
import io.operations.OperationStatus;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/**
 * AssertJ assertions for an {@link Operation}. A message shows the whole state of the
 * operation. {@link OperationAssertions#assertThat(Operation)} creates the assertions.
 *
 * @since 0.1.0
 */
public final class OperationAssert extends AbstractAssert<OperationAssert, @Nullable Operation> {

	OperationAssert(@Nullable Operation actual) {
		super(actual, OperationAssert.class);
	}

	/**
	 * Verify that the operation has a status.
	 * @param expected the status
	 * @return this
	 */
	public OperationAssert hasStatus(OperationStatus expected) {
		return hasValue("the status", operation().status(), expected);
	}

	/**
	 * Verify that the operation is COMPLETED.
	 * @return this
	 */
	public OperationAssert isCompleted() {
		return hasStatus(OperationStatus.COMPLETED);
	}

	/**
	 * Verify that the operation is FAILED.
	 * @return this
	 */
	public OperationAssert isFailed() {
		return hasStatus(OperationStatus.FAILED);
	}

	/**
	 * Verify that the operation is CANCELLED.
	 * @return this
	 */
	public OperationAssert isCancelled() {
		return hasStatus(OperationStatus.CANCELLED);
	}

	/**
	 * Verify that the operation has ended, no matter how.
	 * @return this
	 */
	public OperationAssert hasEnded() {
		if (!operation().isTerminal()) {
			throw failure(describe("to have ended"));
		}
		return this;
	}

	/**
	 * Verify that the operation has not ended.
	 * @return this
	 */
	public OperationAssert hasNotEnded() {
		if (operation().isTerminal()) {
			throw failure(describe("not to have ended"));
		}
		return this;
	}

	/**
	 * Verify that the operation is about a resource.
	 * @param key the kind of resource, for instance {@code configurationId}
	 * @param id the id of the resource
	 * @return this
	 */
	public OperationAssert hasRelated(String key, String id) {
		return hasValue("the related '" + key + "'", operation().related(key), id);
	}

	/**
	 * Verify that the operation has created a resource.
	 * @param id the id of the resource, as {@link Operation#resultId()} returns it
	 * @return this
	 */
	public OperationAssert hasResultId(String id) {
		return hasValue("the result id", operation().resultId(), id);
	}

	/**
	 * Verify the number of items of one sort.
	 * @param name the name of the sort, for instance {@code failed}
	 * @param count the number, as {@link Operation#stats()} returns it
	 * @return this
	 */
	public OperationAssert hasStat(String name, long count) {
		return hasValue("the count '" + name + "'", Optional.ofNullable(operation().stats().get(name)), count);
	}

	/**
	 * Verify how long the operation took.
	 * @param duration the duration by the server's clock
	 * @return this
	 */
	public OperationAssert hasDuration(Duration duration) {
		return hasValue("the duration", operation().duration(), duration);
	}

	/**
	 * Verify that the server's explanation of the failure contains a text.
	 * @param text the text
	 * @return this
	 */
	public OperationAssert hasErrorTextContaining(String text) {
		if (!operation().errorText().orElse("").contains(text)) {
			throw failure(describe("to have an error text that contains '" + text + "'"));
		}
		return this;
	}

	private OperationAssert hasValue(String name, Optional<?> actual, Object expected) {
		return hasValue(name, actual.orElse(null), expected);
	}

	private OperationAssert hasValue(String name, @Nullable Object actual, Object expected) {
		if (!expected.equals(actual)) {
			throw failureWithActualExpected(actual, expected,
					describe("to have " + name + " '" + expected + "', but it is '" + actual + "'"));
		}
		return this;
	}

	private Operation operation() {
		isNotNull();
		return Objects.requireNonNull(this.actual);
	}

	// No format string, because ids and texts of the server may contain percent signs.
	private String describe(String expectation) {
		Operation operation = operation();
		StringBuilder text = new StringBuilder("Expected operation '").append(operation.id())
			.append("' ")
			.append(expectation)
			.append(".\n  status:      ")
			.append(operation.status());
		if (!operation.status().name().equalsIgnoreCase(operation.statusText())) {
			text.append(" ('").append(operation.statusText()).append("')");
		}
		text.append("\n  createdAt:   ").append(operation.createdAt());
		text.append("\n  completedAt: ").append(operation.completedAt());
		operation.errorText().ifPresent((error) -> text.append("\n  error:       ").append(error));
		text.append("\n  related:     ").append(operation.related());
		text.append("\n  details:     ").append(operation.details());
		return text.toString().replace("%", "%%");
	}

}
