package io.operations.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
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
import io.operations.internal.KeyPrefix;
import io.operations.observation.OperationAwaitObservationConvention;
import io.operations.observation.OperationFetchObservationConvention;
import io.operations.polling.AdaptivePollingSchedule;
import io.operations.polling.PollingSchedule;
import io.operations.polling.PollingSettings;
import io.operations.resilience.BudgetStore;
import io.operations.resilience.RateLimitSettings;
import io.operations.resilience.RetrySettings;
import io.operations.resilience.WriteSettings;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import org.springframework.web.reactive.function.client.WebClient;

/**
 * Holds the settings of a template while its builder collects them.
 */
final class TemplateSettings {

	final WebClient.Builder webClientBuilder;

	final List<OperationFetcherDecorator> decorators = new ArrayList<>();

	final List<OperationsListener> listeners = new ArrayList<>();

	@Nullable String name;

	String keyPrefix = KeyPrefix.DEFAULT;

	OperationsProduct product = OperationsProduct.CONVERSATIONS;

	// If the base URL or the path is null, that of the product applies.
	@Nullable String baseUrl;

	@Nullable String path;

	final Map<OperationStatus, Set<String>> statusWords = new EnumMap<>(OperationStatus.class);

	@Nullable OperationsCredentials credentials;

	boolean allowInsecure;

	Duration requestTimeout = Duration.ofSeconds(15);

	int maxResponseSize = 256 * 1024;

	boolean retryEnabled = true;

	RetrySettings retrySettings = RetrySettings.defaults();

	RetryRegistry retryRegistry = RetryRegistry.ofDefaults();

	@Nullable RetryConfig retryConfig;

	RateLimitSettings rateLimitSettings = RateLimitSettings.defaults();

	RateLimiterRegistry rateLimiterRegistry = RateLimiterRegistry.ofDefaults();

	@Nullable RateLimiterConfig rateLimiterConfig;

	@Nullable BudgetStore budget;

	@Nullable OperationsTemplate rateLimitOwner;

	WriteSettings writeSettings = WriteSettings.defaults();

	PollingSettings pollingSettings = PollingSettings.defaults();

	@Nullable PollingSchedule schedule;

	ObservationRegistry observationRegistry = ObservationRegistry.NOOP;

	@Nullable OperationFetchObservationConvention fetchObservationConvention;

	@Nullable OperationAwaitObservationConvention awaitObservationConvention;

	Scheduler scheduler = Schedulers.parallel();

	// If this scheduler is null, the scheduler of all other times applies.
	@Nullable Scheduler requestScheduler;

	TemplateSettings(WebClient.Builder webClientBuilder) {
		this.webClientBuilder = webClientBuilder.clone();
	}

	TemplateSettings copy() {
		TemplateSettings copy = new TemplateSettings(this.webClientBuilder);
		copy.decorators.addAll(this.decorators);
		copy.listeners.addAll(this.listeners);
		copy.keyPrefix = this.keyPrefix;
		copy.product = this.product;
		copy.statusWords.putAll(this.statusWords);
		copy.baseUrl = this.baseUrl;
		copy.path = this.path;
		copy.credentials = this.credentials;
		copy.allowInsecure = this.allowInsecure;
		copy.requestTimeout = this.requestTimeout;
		copy.maxResponseSize = this.maxResponseSize;
		copy.retryEnabled = this.retryEnabled;
		copy.retrySettings = this.retrySettings;
		copy.retryRegistry = this.retryRegistry;
		copy.retryConfig = this.retryConfig;
		copy.rateLimitSettings = this.rateLimitSettings;
		copy.rateLimiterRegistry = this.rateLimiterRegistry;
		copy.rateLimiterConfig = this.rateLimiterConfig;
		copy.budget = this.budget;
		copy.rateLimitOwner = this.rateLimitOwner;
		copy.writeSettings = this.writeSettings;
		copy.pollingSettings = this.pollingSettings;
		copy.schedule = this.schedule;
		copy.observationRegistry = this.observationRegistry;
		copy.fetchObservationConvention = this.fetchObservationConvention;
		copy.awaitObservationConvention = this.awaitObservationConvention;
		copy.scheduler = this.scheduler;
		copy.requestScheduler = this.requestScheduler;
		return copy;
	}

	String path() {
		return (this.path != null) ? this.path : this.product.path();
	}

	String baseUrl() {
		return (this.baseUrl != null) ? this.baseUrl : this.product.baseUrl();
	}

	Scheduler requestScheduler() {
		return (this.requestScheduler != null) ? this.requestScheduler : this.scheduler;
	}

	PollingSchedule schedule() {
		return (this.schedule != null) ? this.schedule
				: new AdaptivePollingSchedule(this.pollingSettings, this.scheduler);
	}

	RetryConfig retryConfig() {
		return (this.retryConfig != null) ? this.retryConfig : this.retrySettings.toConfig().build();
	}

	RateLimiterConfig rateLimiterConfig() {
		return (this.rateLimiterConfig != null) ? this.rateLimiterConfig : this.rateLimitSettings.toConfig().build();
	}

	@Nullable String credentialsOrigin() {
		return (this.credentials != null) ? this.credentials.origin() : null;
	}

}
