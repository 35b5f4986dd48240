package io.operations.autoconfigure.health;

import java.time.Duration;
import java.util.Objects;

import io.operations.autoconfigure.OperationsAutoConfiguration;
import io.operations.autoconfigure.tracking.OperationsTrackingAutoConfiguration;
import io.operations.health.TrackingHealthIndicator;
import io.operations.internal.tracking.ClientTracking;
import io.operations.internal.tracking.ClientTrackingFactory;
import io.operations.tracking.OperationTracker;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.ReactiveHealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.health.registry.ReactiveHealthContributorRegistry;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Which health entry there is of tracked operations.
 */
class OperationsTrackingHealthContributorAutoConfigurationTests {

	private final ReactiveWebApplicationContextRunner runner = new ReactiveWebApplicationContextRunner()
		.withPropertyValues("operations.api-key=SK1", "operations.api-key-secret=secret")
		.withConfiguration(AutoConfigurations.of(ReactiveHttpClientAutoConfiguration.class,
				WebClientAutoConfiguration.class, OperationsAutoConfiguration.class,
				OperationsTrackingAutoConfiguration.class, OperationsHealthContributorAutoConfiguration.class,
				OperationsTrackingHealthContributorAutoConfiguration.class, HealthContributorAutoConfiguration.class,
				HealthContributorRegistryAutoConfiguration.class));

	@Test
	void withATrackerThereIsAnEntryOfItsOwn() {
		this.runner.run((context) -> {
			Health health = health(context.getBean(ReactiveHealthContributorRegistry.class), "operationsTracking");
			assertThat(health.getStatus()).isEqualTo(Status.UP);
			assertThat(health.getDetails()).containsEntry("tracked", 0L).containsEntry("backlogAge", "PT0S");
		});
	}

	@Test
	void withAStoreThatCannotBeReachedItIsDownAndTheClientIsNot() {
		ClientTracking store = mock(ClientTracking.class);
		given(store.summary(any())).willThrow(new IllegalStateException("relation does not exist"));
		this.runner.withBean(ClientTrackingFactory.class, () -> (engine) -> store).run((context) -> {
			ReactiveHealthContributorRegistry registry = context.getBean(ReactiveHealthContributorRegistry.class);
			Health health = health(registry, "operationsTracking");
			assertThat(health.getStatus()).isEqualTo(Status.DOWN);
			assertThat(health.getDetails().get("fault")).asString().contains("relation does not exist");
			assertThat(health(registry, "operations").getStatus()).isEqualTo(Status.UNKNOWN);
		});
	}

	@Test
	void whenSwitchedOffThereIsNoEntry() {
		this.runner.withPropertyValues("management.health.operations-tracking.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(OperationTracker.class)
				.doesNotHaveBean(TrackingHealthIndicator.class)
				.hasBean("operationsHealthContributor"));
	}

	@Test
	void whenTheClientIsDisabledThereIsNoEntry() {
		this.runner.withPropertyValues("operations.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(TrackingHealthIndicator.class));
	}

	@Test
	void withTheApplicationsOwnIndicatorOursGivesWay() {
		ReactiveHealthIndicator own = () -> Mono.just(Health.outOfService().build());
		this.runner.withBean("operationsTrackingHealthIndicator", ReactiveHealthIndicator.class, () -> own)
			.run((context) -> assertThat(
					context.getBean(ReactiveHealthContributorRegistry.class).getContributor("operationsTracking"))
				.isSameAs(own));
	}

	private static Health health(ReactiveHealthContributorRegistry registry, String name) {
		ReactiveHealthIndicator indicator = (ReactiveHealthIndicator) Objects
			.requireNonNull(registry.getContributor(name));
		return Objects.requireNonNull(indicator.health(true).block(Duration.ofSeconds(20)));
	}

}
