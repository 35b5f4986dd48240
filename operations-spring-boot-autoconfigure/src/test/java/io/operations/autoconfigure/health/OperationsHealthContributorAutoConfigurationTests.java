package io.operations.autoconfigure.health;

import java.time.Duration;
import java.util.Objects;

import io.operations.BasicCredentials;
import io.operations.OperationsCredentials;
import io.operations.autoconfigure.OperationsAutoConfiguration;
import io.operations.autoconfigure.OperationsConnectionDetails;
import io.operations.core.OperationsClients;
import io.operations.core.OperationsTemplate;
import io.operations.health.OperationsHealthIndicator;
import io.operations.health.OperationsHealthListener;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.CompositeReactiveHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.ReactiveHealthContributor;
import org.springframework.boot.health.contributor.ReactiveHealthContributors;
import org.springframework.boot.health.contributor.ReactiveHealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.health.registry.ReactiveHealthContributorRegistry;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which health entries there are.
 */
class OperationsHealthContributorAutoConfigurationTests {

	private final ReactiveWebApplicationContextRunner runner = new ReactiveWebApplicationContextRunner()
		.withPropertyValues("operations.api-key=SK1", "operations.api-key-secret=secret")
		.withConfiguration(
				AutoConfigurations.of(ReactiveHttpClientAutoConfiguration.class, WebClientAutoConfiguration.class,
						OperationsAutoConfiguration.class, OperationsHealthContributorAutoConfiguration.class,
						HealthContributorAutoConfiguration.class, HealthContributorRegistryAutoConfiguration.class));

	@Test
	void withOneTemplateThereIsOneEntryUnknownBeforeTheFirstCall() {
		this.runner.run((context) -> {
			ReactiveHealthContributor contributor = contributor(
					context.getBean(ReactiveHealthContributorRegistry.class));
			assertThat(health(contributor).getStatus()).isEqualTo(Status.UNKNOWN);
			assertThat(health(contributor).getDetails()).containsEntry("client", "operations");
		});
	}

	@Test
	void whenSwitchedOffThereIsNoEntryAndNothingListens() {
		this.runner.withPropertyValues("management.health.operations.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(OperationsTemplate.class)
				.doesNotHaveBean("operationsHealthContributor")
				.doesNotHaveBean(OperationsHealthListener.class));
	}

	@Test
	void whenTheClientIsDisabledThereIsNoEntry() {
		this.runner.withPropertyValues("operations.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("operationsHealthContributor"));
	}

	@Test
	void whenTheClientIsDisabledATemplateOfTheApplicationHasAnEntryAllTheSame() {
		OperationsTemplate own = OperationsTemplate.builder(WebClient.builder())
			.name("own")
			.credentials(OperationsCredentials.of("SK1", "secret"))
			.build();
		this.runner.withPropertyValues("operations.enabled=false")
			.withBean(OperationsTemplate.class, () -> own)
			.run((context) -> {
				Health health = health(contributor(context.getBean(ReactiveHealthContributorRegistry.class)));
				assertThat(health.getStatus()).isEqualTo(Status.UNKNOWN);
				assertThat(health.getDetails()).containsEntry("client", "own").containsEntry("observed", false);
			});
	}

	@Test
	void withTwoTemplatesThereIsAnEntryForEach() {
		this.runner.withUserConfiguration(Second.class).run((context) -> {
			ReactiveHealthContributor contributor = contributor(
					context.getBean(ReactiveHealthContributorRegistry.class));
			assertThat(contributor).isInstanceOfSatisfying(CompositeReactiveHealthContributor.class, (entries) -> {
				assertThat(health(entries.getContributor("operations")).getDetails()).containsEntry("client",
						"operations");
				assertThat(health(entries.getContributor("memory")).getDetails()).containsEntry("client", "memory");
			});
		});
	}

	@Test
	void clientOfThePropertiesHasAnEntryUnderItsNameAndItsOwnMode() {
		this.runner
			.withPropertyValues("operations.clients.campaigns.product=messages",
					"operations.clients.campaigns.health.mode=probe")
			.withBean(WebClientCustomizer.class,
					() -> (builder) -> builder.exchangeFunction(
							(request) -> Mono.just(ClientResponse.create(HttpStatus.UNAUTHORIZED).build())))
			.run((context) -> {
				CompositeReactiveHealthContributor entries = (CompositeReactiveHealthContributor) contributor(
						context.getBean(ReactiveHealthContributorRegistry.class));
				assertThat(entries.stream().map(ReactiveHealthContributors.Entry::name)).containsExactly("operations",
						"campaigns");
				assertThat(health(entries.getContributor("operations")).getStatus()).isEqualTo(Status.UNKNOWN);
				assertThat(health(entries.getContributor("campaigns")).getStatus()).isEqualTo(Status.DOWN);
				assertThat(entries.getContributor("unknown")).isNull();
			});
	}

	@Test
	void clientThatIsRegisteredWhileTheApplicationRunsHasAnEntryUntilItIsClosed() {
		this.runner.run((context) -> {
			ReactiveHealthContributorRegistry registry = context.getBean(ReactiveHealthContributorRegistry.class);
			assertThat(contributor(registry)).isInstanceOf(OperationsHealthIndicator.class);
			OperationsTemplate sub = context.getBean(OperationsTemplate.Builder.class).name("sub-1").build();
			context.getBean(OperationsClients.class).register("sub-1", sub);
			CompositeReactiveHealthContributor entries = (CompositeReactiveHealthContributor) contributor(registry);
			assertThat(health(entries.getContributor("sub-1")).getDetails()).containsEntry("client", "sub-1");
			sub.close();
			assertThat(entries.stream().map(ReactiveHealthContributors.Entry::name)).containsExactly("operations");
		});
	}

	@Test
	void withTheApplicationsOwnIndicatorOursGivesWay() {
		ReactiveHealthIndicator own = () -> Mono.just(Health.outOfService().build());
		this.runner.withBean("operationsHealthIndicator", ReactiveHealthIndicator.class, () -> own)
			.run((context) -> assertThat(contributor(context.getBean(ReactiveHealthContributorRegistry.class)))
				.isSameAs(own));
	}

	@Test
	void inProbeModeEachCheckAsksTheEndpoint() {
		this.runner.withPropertyValues("operations.health.mode=probe")
			.withBean(WebClientCustomizer.class,
					() -> (builder) -> builder.exchangeFunction(
							(request) -> Mono.just(ClientResponse.create(HttpStatus.UNAUTHORIZED).build())))
			.run((context) -> {
				Health health = health(contributor(context.getBean(ReactiveHealthContributorRegistry.class)));
				assertThat(health.getStatus()).isEqualTo(Status.DOWN);
				assertThat(health.getDetails().get("probe")).asString().contains("HTTP 401");
			});
	}

	@Test
	void whenPropertiesAreRefusedTheRemedyNamesThosePropertiesOnly() {
		refusing("operations.api-key=SK1", "operations.api-key-secret=secret")
			.run((context) -> assertThat(action(context, "operationsTemplate"))
				.contains("operations.api-key and operations.api-key-secret")
				.doesNotContain("auth-token"));
		refusing("operations.account-sid=AC1", "operations.auth-token=secret")
			.run((context) -> assertThat(action(context, "operationsTemplate"))
				.contains("operations.account-sid and operations.auth-token")
				.doesNotContain("api-key"));
	}

	@Test
	void whenVariablesAreRefusedTheRemedyNamesThose() {
		refusing("TWILIO_API_KEY=SK1", "TWILIO_API_SECRET=secret")
			.run((context) -> assertThat(action(context, "operationsTemplate"))
				.contains("TWILIO_API_KEY and TWILIO_API_SECRET")
				.doesNotContain("operations.api-key"));
	}

	@Test
	void whenCredentialsOfABeanAreRefusedTheRemedyNamesTheBean() {
		refusing().withBean(OperationsConnectionDetails.class, () -> () -> new BasicCredentials("SK1", "secret"))
			.run((context) -> assertThat(action(context, "operationsTemplate"))
				.contains("OperationsConnectionDetails", getClass().getSimpleName())
				.doesNotContain("operations.api-key", "Lambda"));
	}

	@Test
	void whenCredentialsOfABuilderAreRefusedTheRemedyNamesTheBuilder() {
		refusing("operations.api-key=SK1", "operations.api-key-secret=secret").withUserConfiguration(Second.class)
			.run((context) -> assertThat(action(context, "memoryOperations"))
				.contains("OperationsTemplate.Builder.credentials")
				.doesNotContain("operations.api-key"));
	}

	private static ReactiveWebApplicationContextRunner refusing(String... properties) {
		return new ReactiveWebApplicationContextRunner().withPropertyValues(properties)
			.withConfiguration(
					AutoConfigurations.of(ReactiveHttpClientAutoConfiguration.class, WebClientAutoConfiguration.class,
							OperationsAutoConfiguration.class, OperationsHealthContributorAutoConfiguration.class))
			.withBean(WebClientCustomizer.class, () -> (builder) -> builder
				.exchangeFunction((request) -> Mono.just(ClientResponse.create(HttpStatus.UNAUTHORIZED).build())));
	}

	private static String action(ApplicationContext context, String template) {
		OperationsTemplate refused = context.getBean(template, OperationsTemplate.class);
		refused.fetch("op").onErrorComplete().block(Duration.ofSeconds(20));
		OperationsHealthIndicator indicator = new OperationsHealthIndicator(refused,
				context.getBean(OperationsHealthListener.class), false);
		return String.valueOf(health(indicator).getDetails().get("action"));
	}

	@Test
	void withTheApplicationsOwnContributorOursGivesWay() {
		ReactiveHealthIndicator own = () -> Mono.just(Health.outOfService().build());
		this.runner.withBean("operationsHealthContributor", ReactiveHealthIndicator.class, () -> own)
			.run((context) -> assertThat(contributor(context.getBean(ReactiveHealthContributorRegistry.class)))
				.isSameAs(own));
	}

	private static ReactiveHealthContributor contributor(ReactiveHealthContributorRegistry registry) {
		return Objects.requireNonNull(registry.getContributor("operations"));
	}

	private static Health health(@Nullable ReactiveHealthContributor contributor) {
		assertThat(contributor).isInstanceOf(ReactiveHealthIndicator.class);
		return Objects.requireNonNull(((ReactiveHealthIndicator) Objects.requireNonNull(contributor)).health(true)
			.block(Duration.ofSeconds(20)));
	}

	@Configuration(proxyBeanMethods = false)
	static class Second {

		@Bean(defaultCandidate = false)
		OperationsTemplate memoryOperations(OperationsTemplate.Builder builder) {
			return builder.name("memory")
				.credentials(OperationsCredentials.of("SK2", "other"))
				.baseUrl("https://memory.twilio.com")
				.build();
		}

	}

}
