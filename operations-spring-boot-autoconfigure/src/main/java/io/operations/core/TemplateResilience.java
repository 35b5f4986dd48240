package io.operations.core;

import java.util.List;
import java.util.function.Supplier;

import io.github.resilience4j.core.Registry;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.retry.RetryRegistry;
import io.operations.OperationsListener;
import io.operations.internal.resilience.Admission;
import io.operations.internal.resilience.Repetitions;
import org.jspecify.annotations.Nullable;

/**
 * Creates the rate limit and the retry of a template, or takes them from the
 * application's Resilience4j registries.
 */
final class TemplateResilience {

	private final TemplateSettings settings;

	private final String client;

	private final List<Runnable> releases;

	/**
	 * Create the object.
	 * @param settings the settings of the template
	 * @param client the name of the client
	 * @param releases the actions that run when the template is closed
	 */
	TemplateResilience(TemplateSettings settings, String client, List<Runnable> releases) {
		this.settings = settings;
		this.client = client;
		this.releases = releases;
	}

	/**
	 * Create the admission, or return the admission of the template that shares its rate
	 * limit with this one.
	 * @param listener the listener for pauses and for throttled requests
	 * @return the admission
	 */
	Admission admission(OperationsListener listener) {
		if (this.settings.rateLimitOwner != null) {
			return this.settings.rateLimitOwner.admission();
		}
		Runnable unregister = register(this.settings.rateLimiterRegistry);
		Admission admission = new Admission(this.client, rateLimiter(), this.settings.budget,
				this.settings.rateLimitSettings, this.settings.retrySettings, this.settings.scheduler, listener,
				this.settings.keyPrefix);
		this.releases.add(admission::close);
		this.releases.add(unregister);
		return admission;
	}

	/**
	 * Create the retry, which fetches and writes share.
	 * @return the retry; {@code null} if nothing is retried
	 */
	@Nullable Repetitions repetitions() {
		if (!this.settings.retryEnabled) {
			return null;
		}
		this.releases.add(register(this.settings.retryRegistry));
		Repetitions repetitions = new Repetitions(retry(), this.settings.retrySettings,
				this.settings.rateLimitSettings.maxQueued(), this.settings.scheduler, this.client);
		this.releases.add(repetitions::close);
		return repetitions;
	}

	// The template removes only an entry that it added to the registry itself.
	private Runnable register(Registry<?, ?> registry) {
		return registry.find(this.client).isPresent() ? () -> {
		} : () -> registry.remove(this.client);
	}

	// The retry is looked up at each use, because Spring Cloud puts a new registry behind
	// its proxy at each refresh.
	private Supplier<Retry> retry() {
		RetryRegistry registry = this.settings.retryRegistry;
		RetryConfig config = this.settings.retryConfig();
		registry.retry(this.client, config);
		return () -> registry.retry(this.client, config);
	}

	private Supplier<RateLimiter> rateLimiter() {
		RateLimiterRegistry registry = this.settings.rateLimiterRegistry;
		RateLimiterConfig config = this.settings.rateLimiterConfig();
		registry.rateLimiter(this.client, config);
		return () -> registry.rateLimiter(this.client, config);
	}

}
