package io.operations.autoconfigure.tracking;

import io.operations.autoconfigure.tracking.OperationsTrackingProperties.Store;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches if {@code operations.tracking.store} selects the store of the annotation. The
 * condition reads the property in the same way as Spring Boot binds it to
 * {@link OperationsTrackingProperties}: an empty value selects the default, and case and
 * blanks are ignored.
 */
final class OnTrackingStoreCondition extends SpringBootCondition {

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		Store wanted = metadata.getAnnotations().get(ConditionalOnTrackingStore.class).getEnum("value", Store.class);
		Store bound = Binder.get(context.getEnvironment())
			.bind("operations.tracking.store", Store.class)
			.orElse(Store.MEMORY);
		return new ConditionOutcome(bound == wanted,
				ConditionMessage.forCondition(ConditionalOnTrackingStore.class).because("the store is " + bound));
	}

}
