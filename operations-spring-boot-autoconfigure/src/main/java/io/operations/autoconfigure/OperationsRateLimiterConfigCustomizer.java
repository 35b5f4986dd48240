package io.operations.autoconfigure;

import io.github.resilience4j.ratelimiter.RateLimiterConfig;

/**
 * Changes the configuration of the rate limiter. Beans of this type are called in their
 * order, after the properties are applied; they have no say where the application's own
 * registry knows a rate limiter of the template's name.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface OperationsRateLimiterConfigCustomizer {

	/**
	 * Change the configuration.
	 * @param builder the configuration's builder
	 */
	void customize(RateLimiterConfig.Builder builder);

}
