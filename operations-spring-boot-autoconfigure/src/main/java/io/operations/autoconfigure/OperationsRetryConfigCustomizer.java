package io.operations.autoconfigure;

import io.github.resilience4j.retry.RetryConfig;

/**
 * Customizes the configuration of the retry. The library calls beans of this type in
 * their order, after it has applied the properties. They have no effect if the
 * application's registry already contains a retry with the template's name.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface OperationsRetryConfigCustomizer {

	/**
	 * Customize the configuration.
	 * @param builder the builder of the configuration
	 */
	void customize(RetryConfig.Builder<Object> builder);

}
