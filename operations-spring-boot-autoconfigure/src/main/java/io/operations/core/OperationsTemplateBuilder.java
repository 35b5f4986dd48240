package io.operations.core;

import java.time.Duration;
import java.util.Collection;
import java.util.Set;

import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.retry.RetryRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.operations.OperationFetcherDecorator;
import io.operations.OperationStatus;
import io.operations.OperationsCredentials;
import io.operations.OperationsListener;
import io.operations.OperationsProduct;
import io.operations.observation.OperationAwaitObservationConvention;
import io.operations.observation.OperationFetchObservationConvention;
import io.operations.polling.PollingSchedule;
import io.operations.polling.PollingSettings;
import io.operations.resilience.BudgetStore;
import io.operations.resilience.RateLimitSettings;
import io.operations.resilience.RetrySettings;
import io.operations.resilience.WriteSettings;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

import org.springframework.util.Assert;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Collects the settings of a template.
 */
final class OperationsTemplateBuilder implements OperationsTemplate.Builder {

	private final TemplateSettings settings;

	OperationsTemplateBuilder(WebClient.Builder webClientBuilder) {
		this(new TemplateSettings(webClientBuilder));
	}

	OperationsTemplateBuilder(TemplateSettings settings) {
		this.settings = settings;
	}

	@Override
	public OperationsTemplateBuilder name(String name) {
		this.settings.name = name;
		return this;
	}

	@Override
	public OperationsTemplateBuilder keyPrefix(String prefix) {
		this.settings.keyPrefix = prefix;
		return this;
	}

	@Override
	public OperationsTemplateBuilder product(OperationsProduct product) {
		this.settings.product = product;
		return this;
	}

	@Override
	public OperationsTemplateBuilder baseUrl(String baseUrl) {
		this.settings.baseUrl = baseUrl;
		return this;
	}

	@Override
	public OperationsTemplateBuilder path(String path) {
		this.settings.path = path;
		return this;
	}

	@Override
	public OperationsTemplateBuilder statusWords(OperationStatus status, Collection<String> words) {
		Assert.isTrue(status != OperationStatus.UNKNOWN, "'status' must not be UNKNOWN: every other word is unknown");
		this.settings.statusWords.put(status, Set.copyOf(words));
		return this;
	}

	@Override
	public OperationsTemplateBuilder credentials(OperationsCredentials credentials) {
		this.settings.credentials = credentials;
		return this;
	}

	@Override
	public OperationsTemplateBuilder allowInsecure(boolean allowInsecure) {
		this.settings.allowInsecure = allowInsecure;
		return this;
	}

	@Override
	public OperationsTemplateBuilder requestTimeout(Duration requestTimeout) {
		this.settings.requestTimeout = requestTimeout;
		return this;
	}

	@Override
	public OperationsTemplateBuilder maxResponseSize(int maxResponseSize) {
		this.settings.maxResponseSize = maxResponseSize;
		return this;
	}

	@Override
	public OperationsTemplateBuilder retry(RetrySettings settings) {
		this.settings.retrySettings = settings;
		this.settings.retryConfig = null;
		return this;
	}

	@Override
	public OperationsTemplateBuilder retryEnabled(boolean enabled) {
		this.settings.retryEnabled = enabled;
		return this;
	}

	@Override
	public OperationsTemplateBuilder retryRegistry(RetryRegistry registry) {
		this.settings.retryRegistry = registry;
		return this;
	}

	@Override
	public OperationsTemplateBuilder retryConfig(RetryConfig config) {
		this.settings.retryConfig = config;
		return this;
	}

	@Override
	public OperationsTemplateBuilder rateLimit(RateLimitSettings settings) {
		this.settings.rateLimitSettings = settings;
		this.settings.rateLimiterConfig = null;
		return this;
	}

	@Override
	public OperationsTemplateBuilder rateLimiterRegistry(RateLimiterRegistry registry) {
		this.settings.rateLimiterRegistry = registry;
		return this;
	}

	@Override
	public OperationsTemplateBuilder rateLimiterConfig(RateLimiterConfig config) {
		this.settings.rateLimiterConfig = config;
		return this;
	}

	@Override
	public OperationsTemplateBuilder budget(@Nullable BudgetStore store) {
		this.settings.budget = store;
		return this;
	}

	@Override
	public OperationsTemplateBuilder sharedRateLimit(@Nullable OperationsTemplate owner) {
		this.settings.rateLimitOwner = owner;
		return this;
	}

	@Override
	public OperationsTemplateBuilder writes(WriteSettings settings) {
		this.settings.writeSettings = settings;
		return this;
	}

	@Override
	public OperationsTemplateBuilder polling(PollingSettings settings) {
		this.settings.pollingSettings = settings;
		return this;
	}

	@Override
	public OperationsTemplateBuilder schedule(PollingSchedule schedule) {
		this.settings.schedule = schedule;
		return this;
	}

	@Override
	public OperationsTemplateBuilder decorator(OperationFetcherDecorator decorator) {
		this.settings.decorators.add(decorator);
		return this;
	}

	@Override
	public OperationsTemplateBuilder listener(OperationsListener listener) {
		this.settings.listeners.add(listener);
		return this;
	}

	@Override
	public OperationsTemplateBuilder observationRegistry(ObservationRegistry registry) {
		this.settings.observationRegistry = registry;
		return this;
	}

	@Override
	public OperationsTemplateBuilder fetchObservationConvention(
			@Nullable OperationFetchObservationConvention convention) {
		this.settings.fetchObservationConvention = convention;
		return this;
	}

	@Override
	public OperationsTemplateBuilder awaitObservationConvention(
			@Nullable OperationAwaitObservationConvention convention) {
		this.settings.awaitObservationConvention = convention;
		return this;
	}

	@Override
	public OperationsTemplateBuilder scheduler(Scheduler scheduler) {
		this.settings.scheduler = scheduler;
		return this;
	}

	@Override
	public OperationsTemplateBuilder requestScheduler(Scheduler scheduler) {
		this.settings.requestScheduler = scheduler;
		return this;
	}

	@Override
	public OperationsTemplate build() {
		String client = this.settings.name;
		Assert.hasText(client, "'name' must be set: it names the metrics, the retry and the rate limiter of the"
				+ " template. Give each template its own name.");
		Assert.notNull(this.settings.credentials,
				"'credentials' must be set: pass them to OperationsTemplate.Builder.credentials(...)");
		return new TemplateAssembly(this.settings.copy(), client, this.settings.credentials).assemble();
	}

}
