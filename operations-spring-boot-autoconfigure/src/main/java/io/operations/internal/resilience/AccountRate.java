package io.operations.internal.resilience;

import java.time.Duration;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.operations.resilience.RateLimitSettings;
import org.jspecify.annotations.Nullable;

/**
 * Reports how many requests per second this instance may send, and the state of the rate
 * that all instances share.
 *
 * @since 0.1.0
 */
public final class AccountRate {

	private final Supplier<RateLimiter> limiter;

	private final @Nullable AccountBudget budget;

	private final RateLimitSettings limits;

	private final DoubleSupplier sent;

	AccountRate(Supplier<RateLimiter> limiter, @Nullable AccountBudget budget, RateLimitSettings limits,
			DoubleSupplier sent) {
		this.sent = sent;
		this.limiter = limiter;
		this.budget = budget;
		this.limits = limits;
	}

	/**
	 * Return the limits of the account.
	 * @return the limits that the application has configured
	 */
	public RateLimitSettings limits() {
		return this.limits;
	}

	/**
	 * Return how many requests per second this instance sends.
	 * @return the average of the last ten seconds or so
	 */
	public double sentPerSecond() {
		return this.sent.getAsDouble();
	}

	/**
	 * Return how many requests per second this instance may send.
	 * @return the rate of the rate limiter, or this instance's share of it
	 */
	public double perSecond() {
		return Permit.perSecond(this.limiter.get()) * ((this.budget != null) ? this.budget.share() : 1);
	}

	/**
	 * Return how many instances have a part of the rate, if instances share it.
	 * @return the number of instances, including this one; 0 if the rate is not shared
	 */
	int senders() {
		return (this.budget != null) ? (int) Math.round(1 / this.budget.share()) : 0;
	}

	/**
	 * Return how many instances share the rate.
	 * @return the number of instances seen last, including this one; 1 if the rate is not
	 * shared
	 */
	public int instances() {
		return (this.budget != null) ? this.budget.instances() : 1;
	}

	/**
	 * Return whether the shared rate is unavailable, so that this instance sends only its
	 * share of the rate.
	 * @return {@code true} if the rate is shared and its store does not answer
	 */
	public boolean isStoreUnavailable() {
		return this.budget != null && this.budget.isUnavailable();
	}

	/**
	 * Return how many permits of the shared rate this instance has reserved and not used.
	 * @return the number of permits; 0 if the rate is not shared
	 */
	public int permits() {
		return (this.budget != null) ? this.budget.left() : 0;
	}

	/**
	 * Return how long a request waits for the next reserved permit of the shared rate.
	 * @return the time; zero if there is no need to wait or the rate is not shared
	 */
	public Duration untilPermit() {
		return (this.budget != null) ? this.budget.untilNext() : Duration.ZERO;
	}

}
