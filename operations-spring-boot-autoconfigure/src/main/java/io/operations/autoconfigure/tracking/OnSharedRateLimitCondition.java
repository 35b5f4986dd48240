package io.operations.autoconfigure.tracking;

import io.operations.autoconfigure.OperationsProperties.AcrossInstances;
import io.operations.autoconfigure.tracking.OperationsTrackingProperties.Store;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches if all instances share the rate of the account.
 */
final class OnSharedRateLimitCondition extends SpringBootCondition {

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		Binder binder = Binder.get(context.getEnvironment());
		AcrossInstances shared = binder.bind("operations.rate-limit.across-instances", AcrossInstances.class)
			.orElse(AcrossInstances.AUTO);
		Store store = binder.bind("operations.tracking.store", Store.class).orElse(Store.MEMORY);
		boolean matches = shared == AcrossInstances.JDBC || (shared == AcrossInstances.AUTO && store == Store.JDBC);
		return new ConditionOutcome(matches, ConditionMessage.forCondition("operations.rate-limit.across-instances")
			.because("is " + shared + ", and the store is " + store));
	}

}
