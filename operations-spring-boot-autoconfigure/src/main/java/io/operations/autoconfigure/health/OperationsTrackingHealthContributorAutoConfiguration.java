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
 * Auto-configuration for the health indicator of the store of tracked operations. It is
 * separate from the health of the client, which does not depend on a database.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = OperationsTrackingAutoConfiguration.class,
		beforeName = "org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration")
@ConditionalOnClass({ ReactiveHealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnSingleCandidate(OperationsTemplate.class)
// The health endpoint of a parent context shows the tracker of the parent.
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
