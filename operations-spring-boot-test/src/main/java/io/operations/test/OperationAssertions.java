package io.operations.test;

import io.operations.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Entry point of the AssertJ assertions of operations. A static import of
 * {@link #assertThat(Operation)} works beside that of AssertJ's own method.
 *
 * @since 0.1.0
 */
public final class OperationAssertions {

	private OperationAssertions() {
	}

	/**
	 * Create assertions for an operation.
	 * @param actual the operation
	 * @return the assertions
	 */
	public static OperationAssert assertThat(@Nullable Operation actual) {
		return new OperationAssert(actual);
	}

}
