package io.operations.autoconfigure.health;

import io.operations.autoconfigure.TemplateParts;
import io.operations.autoconfigure.tracking.OperationsTrackingAutoConfiguration;
import io.operations.core.OperationsTemplate;
import io.operations.health.TrackingHealthIndicator;
import io.operations.tracking.OperationTracker;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.ReactiveHealthContributor;
import org.springframework.boot.health.contributor.ReactiveHealthIndicator;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the health indicator of tracked operations. Apart from that of
 * the client, which is UP whatever becomes of a database.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = OperationsTrackingAutoConfiguration.class,
		beforeName = "org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration")
@ConditionalOnClass({ ReactiveHealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnSingleCandidate(OperationsTemplate.class)
// That of a parent is shown there.
@ConditionalOnBean(value = OperationTracker.class, search = SearchStrategy.CURRENT)
@ConditionalOnEnabledHealthIndicator("operations-tracking")
public final class OperationsTrackingHealthContributorAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = { "operationsTrackingHealthIndicator", "operationsTrackingHealthContributor" })
	ReactiveHealthContributor operationsTrackingHealthContributor(OperationTracker tracker,
			OperationsTemplate template) {
		return new TrackingHealthIndicator(tracker, Schedulers.boundedElastic(),
				TemplateParts.polls(template).scheduler());
	}

}
