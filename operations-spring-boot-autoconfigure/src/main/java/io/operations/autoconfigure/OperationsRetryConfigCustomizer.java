package io.operations.autoconfigure;

import io.github.resilience4j.retry.RetryConfig;

/**
 * Changes the configuration of the retry. Beans of this type are called in their order,
 * after the properties are applied; they have no say where the application's own registry
 * knows a retry of the template's name.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface OperationsRetryConfigCustomizer {

	/**
	 * Change the configuration.
	 * @param builder the configuration's builder
	 */
	void customize(RetryConfig.Builder<Object> builder);

}
