package io.operations.test.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.test.autoconfigure.TestSliceTestContextBootstrapper;
import org.springframework.util.StringUtils;

/**
 * Bootstrapper of {@link OperationsTest}. The context has no database, so the tracker
 * keeps operations in memory unless the test sets another store.
 */
final class OperationsTestContextBootstrapper extends TestSliceTestContextBootstrapper<OperationsTest> {

	private static final String[] DEFAULTS = { "operations.tracking.store=memory" };

	@Override
	protected String @Nullable [] getProperties(Class<?> testClass) {
		return StringUtils.concatenateStringArrays(DEFAULTS, super.getProperties(testClass));
	}

}
