package io.operations.autoconfigure;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.github.resilience4j.micrometer.tagged.TaggedRateLimiterMetrics;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.retry.RetryRegistry;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.operations.autoconfigure.metrics.OperationsMetricsAutoConfiguration;
import io.operations.core.OperationsTemplate;
import io.operations.resilience.RateLimitSettings;
import io.operations.resilience.RetrySettings;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.client.ClientResponse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whose retries and rate limiters are used, who configures them and who publishes their
 * meters.
 */
class ResilienceRegistriesTests {

	private static final String LIMITER_METER = "resilience4j.ratelimiter.available.permissions";

	private static final String RETRY_METER = "resilience4j.retry.calls";

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withPropertyValues("operations.api-key=SK1", "operations.api-key-secret=secret")
		.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
		.withConfiguration(AutoConfigurations.of(MetricsAutoConfiguration.class,
				ReactiveHttpClientAutoConfiguration.class, WebClientAutoConfiguration.class,
				OperationsAutoConfiguration.class, OperationsMetricsAutoConfiguration.class));

	@Test
	void withoutTheApplicationsRegistriesOursHoldOurPropertiesAndPublishTheirMetersOnce() {
		this.runner.withPropertyValues("operations.retry.max-attempts=7", "operations.rate-limit.requests-per-second=4")
			.run((context) -> {
				OperationsResilience resilience = context.getBean(OperationsResilience.class);
				assertThat(resilience.getRetries().retry("operations").getRetryConfig().getMaxAttempts()).isEqualTo(7);
				assertThat(limiterConfig(resilience.getRateLimiters()).getLimitRefreshPeriod())
					.isEqualTo(Duration.ofMillis(250));
				assertMetersOnce(context.getBean(MeterRegistry.class));
				assertThat(context).doesNotHaveBean(RetryRegistry.class).doesNotHaveBean(RateLimiterRegistry.class);
			});
	}

	@Test
	void withResilience4jsAutoConfigurationsItsPropertiesWinAndItsMetersAreThereOnce() {
		new ApplicationContextRunner().withUserConfiguration(Application.class)
			.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
			.withPropertyValues("operations.api-key=SK1", "operations.api-key-secret=secret",
					"operations.retry.max-attempts=7", "operations.rate-limit.requests-per-second=4",
					"resilience4j.retry.instances.operations.max-attempts=5",
					"resilience4j.ratelimiter.instances.operations.limit-for-period=9",
					"resilience4j.ratelimiter.instances.operations.limit-refresh-period=3s")
			.run((context) -> {
				OperationsResilience resilience = context.getBean(OperationsResilience.class);
				assertThat(resilience.getRetries()).isSameAs(context.getBean(RetryRegistry.class));
				assertThat(resilience.getRateLimiters()).isSameAs(context.getBean(RateLimiterRegistry.class));
				assertThat(resilience.getRetries().retry("operations").getRetryConfig().getMaxAttempts()).isEqualTo(5);
				assertThat(limiterConfig(resilience.getRateLimiters()).getLimitForPeriod()).isEqualTo(9);
				assertThat(limiterConfig(resilience.getRateLimiters()).getLimitRefreshPeriod())
					.isEqualTo(Duration.ofSeconds(3));
				assertMetersOnce(context.getBean(MeterRegistry.class));
			});
	}

	// What Spring Cloud's refresh does: it puts new registries behind the proxies.
	@Test
	void afterARefreshOfTheRegistriesFurtherCallsUseTheNewInstances() {
		AtomicReference<RetryRegistry> retries = new AtomicReference<>(RetryRegistry.ofDefaults());
		AtomicReference<RateLimiterRegistry> limiters = new AtomicReference<>(RateLimiterRegistry.ofDefaults());
		AtomicInteger requests = new AtomicInteger();
		this.runner.withBean(RetryRegistry.class, () -> refreshable(RetryRegistry.class, retries))
			.withBean(RateLimiterRegistry.class, () -> refreshable(RateLimiterRegistry.class, limiters))
			.withBean(WebClientCustomizer.class, () -> (builder) -> builder.exchangeFunction((request) -> {
				requests.incrementAndGet();
				return Mono.just(ClientResponse.create(HttpStatus.SERVICE_UNAVAILABLE).build());
			}))
			.withPropertyValues("operations.retry.initial-interval=1ms")
			.run((context) -> {
				OperationsTemplate template = context.getBean(OperationsTemplate.class);
				template.fetch("op").onErrorComplete().block(Duration.ofSeconds(20));
				assertThat(requests).hasValue(3);
				RetryRegistry newRetries = RetryRegistry.ofDefaults();
				newRetries.retry("operations", RetryConfig.custom().maxAttempts(1).build());
				retries.set(newRetries);
				RateLimiterRegistry newLimiters = RateLimiterRegistry.ofDefaults();
				limiters.set(newLimiters);
				template.fetch("op").onErrorComplete().block(Duration.ofSeconds(20));
				assertThat(requests).hasValue(4);
				assertThat(newRetries.retry("operations").getMetrics().getNumberOfFailedCallsWithRetryAttempt())
					.isPositive();
				assertThat(newLimiters.find("operations")).isPresent();
			});
	}

	private static <T> T refreshable(Class<T> type, AtomicReference<T> target) {
		return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type },
				(proxy, method, arguments) -> method.invoke(target.get(), arguments)));
	}

	@Test
	void withResilience4jsAutoConfigurationsAndNoInstanceOfItsOwnOurPropertiesHold() {
		new ApplicationContextRunner().withUserConfiguration(Application.class)
			.withPropertyValues("operations.api-key=SK1", "operations.api-key-secret=secret",
					"operations.retry.max-attempts=7")
			.run((context) -> assertThat(
					context.getBean(RetryRegistry.class).retry("operations").getRetryConfig().getMaxAttempts())
				.isEqualTo(7));
	}

	@Test
	void aClosedTemplateLeavesNothingInTheRegistries() {
		this.runner.run((context) -> {
			OperationsResilience resilience = context.getBean(OperationsResilience.class);
			OperationsTemplate tenant = context.getBean(OperationsTemplate.class).mutate().name("tenant").build();
			assertThat(resilience.getRetries().find("tenant")).isPresent();
			assertThat(resilience.getRateLimiters().find("tenant")).isPresent();
			tenant.close();
			assertThat(resilience.getRetries().find("tenant")).isEmpty();
			assertThat(resilience.getRateLimiters().find("tenant")).isEmpty();
			assertThat(context.getBean(MeterRegistry.class).find(LIMITER_METER).tag("name", "tenant").meters())
				.isEmpty();
		});
	}

	@Test
	void customizersOfTheConfigurationsComeAfterThePropertiesInTheirOrder() {
		this.runner.withPropertyValues("operations.retry.max-attempts=7")
			.withUserConfiguration(Customizers.class)
			.run((context) -> {
				OperationsResilience resilience = context.getBean(OperationsResilience.class);
				assertThat(resilience.getRetries().retry("operations").getRetryConfig().getMaxAttempts()).isEqualTo(9);
				assertThat(limiterConfig(resilience.getRateLimiters()).getLimitForPeriod()).isEqualTo(77);
			});
	}

	@Test
	void settingsThatATemplateOfTheBuilderSetsTakeThePlaceOfTheProperties() {
		this.runner.withPropertyValues("operations.retry.max-attempts=7", "operations.rate-limit.requests-per-second=4")
			.run((context) -> {
				RetrySettings retry = RetrySettings.defaults();
				OperationsTemplate slow = context.getBean(OperationsTemplate.Builder.class)
					.name("slow")
					.rateLimit(new RateLimitSettings(2, 16, 10))
					.retry(new RetrySettings(2, retry.initialInterval(), 2, retry.maxInterval(), retry.maxRetryAfter(),
							Set.of()))
					.build();
				OperationsResilience resilience = context.getBean(OperationsResilience.class);
				assertThat(resilience.getRateLimiters().rateLimiter("slow").getRateLimiterConfig()).satisfies(
						(config) -> assertThat(config.getLimitRefreshPeriod()).isEqualTo(Duration.ofMillis(500)));
				assertThat(resilience.getRetries().retry("slow").getRetryConfig().getMaxAttempts()).isEqualTo(2);
				slow.close();
			});
	}

	@Test
	void configurationThatFollowsTheSettingsWins() {
		this.runner.run((context) -> {
			OperationsTemplate own = context.getBean(OperationsTemplate.Builder.class)
				.name("own")
				.rateLimit(new RateLimitSettings(2, 16, 10))
				.rateLimiterConfig(RateLimiterConfig.custom().limitForPeriod(3).build())
				.build();
			assertThat(context.getBean(OperationsResilience.class)
				.getRateLimiters()
				.rateLimiter("own")
				.getRateLimiterConfig()
				.getLimitForPeriod()).isEqualTo(3);
			own.close();
		});
	}

	@Test
	void withRetryDisabledThereIsNoRetry() {
		this.runner.withPropertyValues("operations.retry.enabled=false")
			.run((context) -> assertThat(context.getBean(OperationsResilience.class).getRetries().find("operations"))
				.isEmpty());
	}

	@Test
	void withoutResilience4jMicrometerOurOwnMetersAreThere() {
		this.runner.withClassLoader(new FilteredClassLoader(TaggedRateLimiterMetrics.class.getPackageName()))
			.run((context) -> {
				MeterRegistry registry = context.getBean(MeterRegistry.class);
				assertThat(registry.find(LIMITER_METER).meters()).isEmpty();
				assertThat(registry.find("operations.queued").meters()).hasSize(1);
			});
	}

	private static RateLimiterConfig limiterConfig(RateLimiterRegistry registry) {
		return registry.rateLimiter("operations").getRateLimiterConfig();
	}

	private static void assertMetersOnce(MeterRegistry registry) {
		assertThat(registry.find(LIMITER_METER).tag("name", "operations").meters()).hasSize(1);
		assertThat(registry.find(RETRY_METER).tag("name", "operations").meters()).isNotEmpty()
			.extracting(Meter::getId)
			.extracting((id) -> id.getTag("kind"))
			.doesNotHaveDuplicates();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

	@Configuration(proxyBeanMethods = false)
	static class Customizers {

		@Bean
		@Order(2)
		OperationsRetryConfigCustomizer second() {
			return (builder) -> builder.maxAttempts(9);
		}

		@Bean
		@Order(1)
		OperationsRetryConfigCustomizer first() {
			return (builder) -> builder.maxAttempts(8);
		}

		@Bean
		OperationsRateLimiterConfigCustomizer limit() {
			return (builder) -> builder.limitForPeriod(77);
		}

	}

}
