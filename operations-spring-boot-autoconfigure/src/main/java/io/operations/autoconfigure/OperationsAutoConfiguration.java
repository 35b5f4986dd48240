package io.operations.autoconfigure;

import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.retry.RetryRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.operations.OperationFetcherDecorator;
import io.operations.OperationsCredentials;
import io.operations.OperationsListener;
import io.operations.core.OperationsTemplate;
import io.operations.observation.OperationAwaitObservationConvention;
import io.operations.observation.OperationFetchObservationConvention;
import io.operations.observation.OperationsLog;
import io.operations.polling.PollingSchedule;
import io.operations.polling.PollingSettings;
import io.operations.resilience.BudgetStore;
import io.operations.resilience.RateLimitSettings;
import io.operations.resilience.RetrySettings;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.PropertyMapper;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.http.client.reactive.ClientHttpConnectorBuilder;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.util.Assert;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Auto-configuration for the {@link OperationsTemplate} and its parts.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = { WebClientAutoConfiguration.class, ReactiveHttpClientAutoConfiguration.class },
		afterName = { "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration",
				"io.github.resilience4j.springboot.retry.autoconfigure.RetryAutoConfiguration",
				"io.github.resilience4j.springboot.ratelimiter.autoconfigure.RateLimiterAutoConfiguration" })
@ConditionalOnClass(WebClient.class)
@Conditional(OnOperationsEnabledCondition.class)
@EnableConfigurationProperties(OperationsProperties.class)
public final class OperationsAutoConfiguration {

	@Bean("io.operations.operationsConnectionDetails")
	@ConditionalOnMissingBean
	OperationsConnectionDetails operationsConnectionDetails(OperationsProperties properties, Environment environment) {
		return new PropertiesOperationsConnectionDetails(properties, environment);
	}

	@Bean("io.operations.operationsLog")
	@ConditionalOnMissingBean
	OperationsLog operationsLog() {
		return new OperationsLog();
	}

	@Bean("io.operations.operationsResilience")
	OperationsResilience operationsResilience(ObjectProvider<RetryRegistry> retries,
			ObjectProvider<RateLimiterRegistry> rateLimiters) {
		return new OperationsResilience(retries, rateLimiters);
	}

	// Applies the properties. The application's customizers run after it or, with a
	// negative order, before it.
	@Bean("io.operations.operationsPropertiesCustomizer")
	@Order(0)
	OperationsTemplateBuilderCustomizer operationsPropertiesCustomizer(OperationsProperties properties,
			OperationsConnectionDetails details, OperationsResilience resilience,
			ObjectProvider<PollingSchedule> schedules, ObjectProvider<OperationsRetryConfigCustomizer> retryCustomizers,
			ObjectProvider<OperationsRateLimiterConfigCustomizer> rateLimiterCustomizers) {
		return (builder) -> {
			OperationsSettings.checkHttp(properties.getHttp());
			RetrySettings retry = OperationsSettings.retry(properties.getRetry());
			RateLimitSettings rateLimit = OperationsSettings.rateLimit(properties.getRateLimit());
			RetryConfig.Builder<Object> retryConfig = retry.toConfig();
			retryCustomizers.orderedStream().forEach((customizer) -> customizer.customize(retryConfig));
			RateLimiterConfig.Builder rateLimiterConfig = rateLimit.toConfig();
			rateLimiterCustomizers.orderedStream().forEach((customizer) -> customizer.customize(rateLimiterConfig));
			PollingSettings polling = OperationsSettings.polling(properties.getPolling());
			PollingSchedule schedule = schedules
				.getIfUnique(() -> OperationsSettings.schedule(properties.getPolling()));
			if (schedule != null) {
				builder.schedule(schedule);
			}
			PropertyMapper map = PropertyMapper.get();
			map.from(() -> OperationsSettings.baseUrl(details.getBaseUrl(), properties)).to(builder::baseUrl);
			map.from(() -> OperationsSettings.path(properties)).to(builder::path);
			OperationsSettings.statusWords("operations.status-words", properties.getStatusWords())
				.forEach(builder::statusWords);
			builder.product(properties.getProduct())
				.credentials(credentials(details))
				.allowInsecure(properties.getHttp().isAllowInsecure())
				.requestTimeout(properties.getHttp().getRequestTimeout())
				.maxResponseSize((int) properties.getHttp().getMaxResponseSize().toBytes())
				.retryEnabled(properties.getRetry().isEnabled())
				.retry(retry)
				.retryRegistry(resilience.getRetries())
				.retryConfig(retryConfig.build())
				.rateLimit(rateLimit)
				.rateLimiterRegistry(resilience.getRateLimiters())
				.rateLimiterConfig(rateLimiterConfig.build())
				.writes(properties.getWrites().toSettings())
				.polling(polling);
		};
	}

	// Read again for each request. The call here makes the startup fail without any.
	private static OperationsCredentials credentials(OperationsConnectionDetails details) {
		Assert.notNull(details.getCredentials(), "OperationsConnectionDetails.getCredentials() must not return null");
		return new ConnectionDetailsCredentials(details);
	}

	@Bean("io.operations.operationsHttpClient")
	OperationsHttpClient operationsHttpClient(ObjectProvider<ClientHttpConnectorBuilder<?>> connectorBuilders,
			OperationsProperties properties, ObjectProvider<HttpClientSettings> globalSettings,
			ObjectProvider<SslBundles> sslBundles, Environment environment, ListableBeanFactory beans) {
		return new OperationsHttpClient(connectorBuilders, properties, globalSettings, sslBundles, environment, beans);
	}

	// Builds further templates with the configuration of the auto-configured one. Each
	// needs a name.
	@Bean("io.operations.operationsTemplateBuilder")
	@Scope(ConfigurableBeanFactory.SCOPE_PROTOTYPE)
	@ConditionalOnMissingBean
	OperationsTemplate.Builder operationsTemplateBuilder(ConfigurableListableBeanFactory beans,
			ObjectProvider<WebClientCustomizer> webClientCustomizers, OperationsHttpClient httpClient,
			ObjectProvider<ObservationRegistry> observationRegistries,
			ObjectProvider<OperationFetchObservationConvention> fetchConventions,
			ObjectProvider<OperationAwaitObservationConvention> awaitConventions,
			ObjectProvider<OperationFetcherDecorator> decorators, ObjectProvider<OperationsListener> listeners,
			DeferredBudgetStore budgets, OperationsProperties properties,
			ObjectProvider<OperationsTemplateBuilderCustomizer> customizers) {
		WebClient.Builder own = PlainWebClientBuilder.find(beans, webClientCustomizers);
		ClientHttpConnector connector = httpClient.getConnector();
		if (connector != null) {
			own.clientConnector(connector);
		}
		OperationsTemplate.Builder builder = OperationsTemplate.builder(own).name("");
		builder.observationRegistry(observationRegistries.getIfUnique(() -> ObservationRegistry.NOOP));
		PropertyMapper map = PropertyMapper.get();
		map.from(fetchConventions::getIfUnique).to(builder::fetchObservationConvention);
		map.from(awaitConventions::getIfUnique).to(builder::awaitObservationConvention);
		decorators.orderedStream().forEach(builder::decorator);
		listeners.orderedStream().forEach(builder::listener);
		boolean shared = properties.getRateLimit().getAcrossInstances() != OperationsProperties.AcrossInstances.NONE;
		BudgetStore budget = shared ? budgets.get() : null;
		OperationsSettings.checkBudget(properties.getRateLimit(), budget);
		builder.budget(budget);
		customizers.orderedStream().forEach((customizer) -> customizer.customize(builder));
		return builder;
	}

	@Bean("io.operations.operationsDeferredBudgetStore")
	@Lazy(false)
	DeferredBudgetStore operationsDeferredBudgetStore(BeanFactory beans, ObjectProvider<BudgetStore> stores) {
		return new DeferredBudgetStore(beans, stores);
	}

	@Bean
	@ConditionalOnMissingBean(value = OperationsTemplate.class, name = "operationsTemplate")
	OperationsTemplate operationsTemplate(OperationsTemplate.Builder builder) {
		return builder.name("operations").build();
	}

	@Bean("io.operations.operationsDocumentedBeanNames")
	static DocumentedBeanNames operationsDocumentedBeanNames() {
		return new DocumentedBeanNames();
	}

	@Bean("io.operations.operationsReplacedTemplate")
	@Lazy(false)
	ReplacedTemplate operationsReplacedTemplate(ConfigurableListableBeanFactory beans) {
		return new ReplacedTemplate(beans);
	}

	@Bean("io.operations.operationsLifecycle")
	OperationsLifecycle operationsLifecycle(ConfigurableListableBeanFactory beanFactory) {
		return new OperationsLifecycle(beanFactory);
	}

	// The template's client, for writes. The application injects it by its name only, so
	// that it never replaces the application's own client. With several templates there
	// is no bean, because none of them has precedence and each has its own client.
	@Bean(defaultCandidate = false)
	@ConditionalOnMissingBean(name = "operationsWebClient")
	@ConditionalOnSingleCandidate(OperationsTemplate.class)
	WebClient operationsWebClient(OperationsTemplate operationsTemplate) {
		return TemplateParts.webClient(operationsTemplate);
	}

	/**
	 * Separate, because many applications have no transactions.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "org.springframework.transaction.support.TransactionSynchronizationManager")
	static class TransactionConfiguration {

		@Bean("io.operations.operationsTransactionalWaits")
		OperationsListener operationsTransactionalWaits() {
			return new TransactionalWaits();
		}

	}

}
