package io.operations.autoconfigure;

import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.github.resilience4j.retry.RetryRegistry;

import org.springframework.beans.factory.ObjectProvider;

/**
 * Provides the registries of the retries and rate limiters. These are the application's
 * registries or else the library's own. The latter are not beans, so that other
 * auto-configurations still create their registries.
 */
public final class OperationsResilience {

	private final RetryRegistry retries;

	private final RateLimiterRegistry rateLimiters;

	private final boolean ownRetries;

	private final boolean ownRateLimiters;

	OperationsResilience(ObjectProvider<RetryRegistry> retries, ObjectProvider<RateLimiterRegistry> rateLimiters) {
		RetryRegistry retryRegistry = retries.getIfUnique();
		RateLimiterRegistry rateLimiterRegistry = rateLimiters.getIfUnique();
		this.ownRetries = retryRegistry == null;
		this.ownRateLimiters = rateLimiterRegistry == null;
		this.retries = (retryRegistry != null) ? retryRegistry : RetryRegistry.ofDefaults();
		this.rateLimiters = (rateLimiterRegistry != null) ? rateLimiterRegistry : RateLimiterRegistry.ofDefaults();
	}

	/**
	 * Return the registry of retries.
	 * @return the registry
	 */
	public RetryRegistry getRetries() {
		return this.retries;
	}

	/**
	 * Return the registry of rate limiters.
	 * @return the registry
	 */
	public RateLimiterRegistry getRateLimiters() {
		return this.rateLimiters;
	}

	/**
	 * Return whether the registry of retries is the library's own. The library then
	 * publishes the meters of the registry.
	 * @return {@code true} if the registry is the library's own
	 */
	public boolean isOwnRetries() {
		return this.ownRetries;
	}

	/**
	 * Return whether the registry of rate limiters is the library's own. The library then
	 * publishes the meters of the registry.
	 * @return {@code true} if the registry is the library's own
	 */
	public boolean isOwnRateLimiters() {
		return this.ownRateLimiters;
	}

}
