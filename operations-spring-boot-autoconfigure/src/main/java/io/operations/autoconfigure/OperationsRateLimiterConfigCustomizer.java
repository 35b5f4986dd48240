package io.operations.autoconfigure;

import io.github.resilience4j.ratelimiter.RateLimiterConfig;

/**
 * Customizes the configuration of the rate limiter. The library calls beans of this type
 * in their order, after it has applied the properties. They have no effect if the
 * application's registry already contains a rate limiter with the template's name.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface OperationsRateLimiterConfigCustomizer {

	/**
	 * Customize the configuration.
	 * @param builder the builder of the configuration
	 */
	void customize(RateLimiterConfig.Builder builder);

}
