package io.operations.autoconfigure;

import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.retry.RetryRegistry;
import io.operations.OperationsCredentials;
import io.operations.OperationsListener;
import io.operations.core.OperationsClients;
import io.operations.core.OperationsTemplate;
import io.operations.observation.OperationsLog;
import io.operations.polling.PollingSchedule;
import io.operations.polling.PollingSettings;
import io.operations.resilience.BudgetStore;
import io.operations.resilience.RateLimitSettings;
import io.operations.resilience.RetrySettings;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
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
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
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
@Import(OperationsClientsRegistrar.class)
public final class OperationsAutoConfiguration {

	@Bean("io.operations.operationsConnectionDetails")
	@ConditionalOnMissingBean
	OperationsConnectionDetails operationsConnectionDetails(OperationsProperties properties, Environment environment) {
		return new PropertiesOperationsConnectionDetails(properties, environment, "operations.");
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

	@Bean("io.operations.operationsPropertiesCustomizer")
	@Order(0)
	PropertiesCustomizer operationsPropertiesCustomizer(OperationsProperties top,
			OperationsConnectionDetails topDetails, OperationsResilience resilience,
			ObjectProvider<PollingSchedule> schedules, ObjectProvider<OperationsRetryConfigCustomizer> retryCustomizers,
			ObjectProvider<OperationsRateLimiterConfigCustomizer> rateLimiterCustomizers) {
		return new PropertiesCustomizer(top, topDetails, (builder, properties, details) -> {
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
		});
	}

	// The credentials are read again for each request. The call here makes the startup
	// fail if there are none.
	private static OperationsCredentials credentials(OperationsConnectionDetails details) {
		Assert.notNull(details.getCredentials(), "OperationsConnectionDetails.getCredentials() must not return null");
		return new ConnectionDetailsCredentials(details);
	}

	@Bean("io.operations.operationsHttpClient")
	OperationsHttpClient operationsHttpClient(ObjectProvider<ClientHttpConnectorBuilder<?>> connectorBuilders,
			ObjectProvider<HttpClientSettings> globalSettings, ObjectProvider<SslBundles> sslBundles,
			Environment environment, ListableBeanFactory beans) {
		return new OperationsHttpClient(connectorBuilders, globalSettings, sslBundles, environment, beans);
	}

	// Builds further templates with the configuration of the auto-configured one. Each
	// further template needs a name.
	@Bean("io.operations.operationsTemplateBuilder")
	@Scope(ConfigurableBeanFactory.SCOPE_PROTOTYPE)
	@ConditionalOnMissingBean
	OperationsTemplate.Builder operationsTemplateBuilder(OperationsClientFactory factory) {
		return factory.builder();
	}

	@Bean(OperationsClientFactory.BEAN_NAME)
	OperationsClientFactory operationsClientFactory(ConfigurableListableBeanFactory beans,
			OperationsProperties properties, OperationsConnectionDetails details, OperationsHttpClient httpClient,
			DeferredBudgetStore budgets, ObjectProvider<OperationsTemplateBuilderCustomizer> customizers,
			Environment environment) {
		return new OperationsClientFactory(beans, properties, details, httpClient, budgets, customizers, environment);
	}

	@Bean("io.operations.operationsClientProperties")
	static ClientProperties operationsClientProperties(Environment environment) {
		return new ClientProperties(environment);
	}

	@Bean("io.operations.operationsClients")
	@ConditionalOnMissingBean
	OperationsClients operationsClients(ConfigurableListableBeanFactory beans) {
		return TemplateParts.clients(beans);
	}

	@Bean("io.operations.operationsClientBeans")
	@Lazy(false)
	ClientBeans operationsClientBeans(ConfigurableListableBeanFactory beans, OperationsProperties properties,
			Environment environment) {
		return new ClientBeans(beans, properties, environment);
	}

	@Bean("io.operations.operationsDeferredBudgetStore")
	@Lazy(false)
	DeferredBudgetStore operationsDeferredBudgetStore(BeanFactory beans, ObjectProvider<BudgetStore> stores) {
		return new DeferredBudgetStore(beans, stores);
	}

	// The name of the client is a qualifier, as those of operations.clients are.
	@Bean
	@Qualifier(ClientNames.OF_DEFAULT)
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

	@Bean("io.operations.operationsMisspelledKeys")
	@Lazy(false)
	MisspelledKeys operationsMisspelledKeys(Environment environment) {
		return new MisspelledKeys(environment);
	}

	@Bean("io.operations.operationsLifecycle")
	OperationsLifecycle operationsLifecycle(ConfigurableListableBeanFactory beanFactory) {
		return new OperationsLifecycle(beanFactory);
	}

	// The template's HTTP client, for writes. The application injects it by its name
	// only, so that it never replaces the application's own client. With several
	// templates there is no bean, because none of them has precedence and each has its
	// own client.
	@Bean(defaultCandidate = false)
	@Qualifier(ClientNames.OF_DEFAULT)
	@ConditionalOnMissingBean(name = "operationsWebClient")
	@ConditionalOnSingleCandidate(OperationsTemplate.class)
	WebClient operationsWebClient(OperationsTemplate operationsTemplate) {
		return TemplateParts.webClient(operationsTemplate);
	}

	/**
	 * Configures the warning about waits inside transactions. This class is separate,
	 * because many applications have no transactions.
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
