package io.operations.autoconfigure;

import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.github.resilience4j.retry.RetryRegistry;

import org.springframework.beans.factory.ObjectProvider;

/**
 * The registries that retries and rate limiters are taken from: the application's own or
 * else ours, which are no beans of their own, so that nobody else's back off.
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
	 * Return whether the registry of retries is ours, so that nobody else publishes its
	 * meters.
	 * @return {@code true} if it is
	 */
	public boolean isOwnRetries() {
		return this.ownRetries;
	}

	/**
	 * Return whether the registry of rate limiters is ours, so that nobody else publishes
	 * its meters.
	 * @return {@code true} if it is
	 */
	public boolean isOwnRateLimiters() {
		return this.ownRateLimiters;
	}

}
