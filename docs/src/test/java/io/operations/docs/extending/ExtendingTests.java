package io.operations.docs.extending;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.github.resilience4j.retry.RetryRegistry;
import io.github.resilience4j.springboot.ratelimiter.autoconfigure.RateLimiterAutoConfiguration;
import io.github.resilience4j.springboot.retry.autoconfigure.RetryAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.operations.OperationStatus;
import io.operations.OperationsCredentials;
import io.operations.OperationsUnavailableException;
import io.operations.autoconfigure.OperationsAutoConfiguration;
import io.operations.autoconfigure.tracking.OperationsTrackingAutoConfiguration;
import io.operations.core.OperationsClients;
import io.operations.core.OperationsTemplate;
import io.operations.internal.tracking.MemoryTrackingStores;
import io.operations.test.Fault;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import io.operations.tracking.TrackingStoreFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The beans of docs/extending.md have the effect that the page promises.
 */
class ExtendingTests {

	private static OperationsSimulator simulator;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withPropertyValues("operations.base-url=" + simulator.baseUrl(), "operations.api-key=" + simulator.username(),
				"operations.api-key-secret=" + simulator.password())
		.withConfiguration(
				AutoConfigurations.of(ReactiveHttpClientAutoConfiguration.class, WebClientAutoConfiguration.class,
						OperationsAutoConfiguration.class, OperationsTrackingAutoConfiguration.class));

	@BeforeAll
	static void startSimulator() {
		simulator = OperationsSimulator.start();
	}

	@AfterAll
	static void closeSimulator() {
		simulator.close();
	}

	@Test
	void credentialsComeFromTheConnectionDetails() {
		this.runner.withPropertyValues("operations.api-key=wrong")
			.withBean(Vault.class, SimulatorsVault::new)
			.withUserConfiguration(CredentialsConfiguration.class)
			.run((context) -> assertThat(fetch(context.getBean(OperationsTemplate.class))).isNotNull());
	}

	@Test
	void scheduleIsUsed() {
		this.runner.withUserConfiguration(ScheduleConfiguration.class).run((context) -> {
			String id = simulator.accept(OperationScript.completed().running(Duration.ofSeconds(2)));
			context.getBean(OperationsTemplate.class).await(id, Duration.ofSeconds(20)).block();
			assertThat(simulator.requestCount(id)).isBetween(2L, 5L);
		});
	}

	@Test
	void decoratorSeesEachAttempt() {
		List<String> fetched = new ArrayList<>();
		this.runner.withBean(DecoratorConfiguration.Audit.class, () -> fetched::add)
			.withUserConfiguration(DecoratorConfiguration.class)
			.run((context) -> assertThat(fetched).containsExactly(fetch(context.getBean(OperationsTemplate.class))));
	}

	@Test
	void listenerHearsOfAnOutage() {
		List<String> sent = new ArrayList<>();
		this.runner.withPropertyValues("operations.retry.initial-interval=1ms")
			.withBean(OutageNotifier.Pager.class, () -> sent::add)
			.withUserConfiguration(OutageNotifier.class)
			.run((context) -> {
				String id = simulator.accept(OperationScript.completed());
				simulator.fault(id, 3, Fault.unavailable());
				OperationsTemplate operations = context.getBean(OperationsTemplate.class);
				operations.fetch(id).onErrorComplete(OperationsUnavailableException.class).block();
				operations.fetch(id).block();
				assertThat(sent).hasSize(2);
				assertThat(sent.get(0)).startsWith("operations is unavailable: ");
				assertThat(sent.get(1)).startsWith("operations is available again after ");
			});
	}

	@Test
	void customizersChangeTheTemplate() {
		this.runner.withUserConfiguration(CustomizerConfiguration.class)
			.withBean(RetryRegistry.class, RetryRegistry::ofDefaults)
			.withBean(RateLimiterRegistry.class, RateLimiterRegistry::ofDefaults)
			.run((context) -> {
				assertThat(fetch(context.getBean(OperationsTemplate.class))).isNotNull();
				assertThat(context.getBean(RateLimiterRegistry.class)
					.rateLimiter("operations")
					.getRateLimiterConfig()
					.getLimitForPeriod()).isEqualTo(2);
				assertThat(context.getBean(RetryRegistry.class)
					.retry("operations")
					.getRetryConfig()
					.getExceptionPredicate()
					.test(new IllegalStateException())).isFalse();
			});
	}

	@Test
	void resilience4jPropertiesWin() {
		this.runner
			.withConfiguration(AutoConfigurations.of(RetryAutoConfiguration.class, RateLimiterAutoConfiguration.class))
			.withPropertyValues("resilience4j.retry.instances.operations.max-attempts=5",
					"resilience4j.ratelimiter.instances.operations.limit-for-period=1",
					"resilience4j.ratelimiter.instances.operations.limit-refresh-period=50ms")
			.run((context) -> {
				assertThat(context.getBean(OperationsTemplate.class)).isNotNull();
				assertThat(context.getBean(RetryRegistry.class).retry("operations").getRetryConfig().getMaxAttempts())
					.isEqualTo(5);
				assertThat(context.getBean(RateLimiterRegistry.class)
					.rateLimiter("operations")
					.getRateLimiterConfig()
					.getLimitRefreshPeriod()).isEqualTo(Duration.ofMillis(50));
			});
	}

	@Test
	void conventionAddsATag() {
		MeterRegistry meters = new SimpleMeterRegistry();
		ObservationRegistry observations = ObservationRegistry.create();
		observations.observationConfig().observationHandler(new DefaultMeterObservationHandler(meters));
		this.runner.withBean(ObservationRegistry.class, () -> observations)
			.withUserConfiguration(RegionalConvention.class)
			.run((context) -> {
				fetch(context.getBean(OperationsTemplate.class));
				assertThat(meters.get("operations.fetch").tag("region", "eu").timer().count()).isEqualTo(1);
			});
	}

	@Test
	void clientsOfThePropertiesAndOfTheCodeAreKnownByTheirNames() {
		this.runner
			.withPropertyValues("operations.clients.campaigns.product=messages",
					"operations.clients.campaigns.api-key=SKcampaigns",
					"operations.clients.campaigns.api-key-secret=secret")
			.withUserConfiguration(Campaigns.class, Subaccounts.class)
			.run((context) -> {
				Campaigns campaigns = context.getBean(Campaigns.class);
				assertThat(campaigns.operations().getName()).isEqualTo("campaigns");
				context.getBean(Subaccounts.class).open("sub-1", OperationsCredentials.of("SKsub", "secret"));
				assertThat(context.getBean(OperationsClients.class).names()).containsExactly("operations", "campaigns",
						"sub-1");
			});
	}

	@Test
	void furtherTemplatesStandBesideTheApplicationsOwn() {
		this.runner.withPropertyValues("other-account.api-key=SKother", "other-account.secret=secret")
			.withBean(RateLimiterRegistry.class, RateLimiterRegistry::ofDefaults)
			.withUserConfiguration(SecondTemplateConfiguration.class)
			.run((context) -> {
				assertThat(context.getBean(RateLimiterRegistry.class)
					.rateLimiter("slow")
					.getRateLimiterConfig()
					.getLimitRefreshPeriod()).isEqualTo(Duration.ofMillis(200));
				assertThat(context.getBeansOfType(OperationsTemplate.class)).containsOnlyKeys("operationsTemplate",
						"otherAccountOperations", "slowOperations");
				assertThat(context.getBean(OperationsTemplate.class).getName()).isEqualTo("operations");
			});
	}

	@Test
	void storeTakesThePlaceOfTheLibrarysOwn() {
		this.runner.withUserConfiguration(StoreConfiguration.class, StuckOperations.class).run((context) -> {
			assertThat(context).hasSingleBean(TrackingStoreFactory.class).doesNotHaveBean(MemoryTrackingStores.class);
			assertThat(context).hasSingleBean(StuckOperations.class);
		});
	}

	private static String fetch(OperationsTemplate operations) {
		String id = simulator.accept(OperationScript.completed());
		assertThat(operations.fetch(id).block().status()).isNotEqualTo(OperationStatus.UNKNOWN);
		return id;
	}

	/**
	 * A vault with the simulator's credentials.
	 */
	static class SimulatorsVault implements Vault {

		@Override
		public String apiKey() {
			return simulator.username();
		}

		@Override
		public String apiKeySecret() {
			return simulator.password();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class StoreConfiguration {

		@Bean
		TrackingStoreFactory trackingStores() {
			return (client) -> new ExampleTrackingStore();
		}

	}

}
