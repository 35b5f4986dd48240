package io.operations.autoconfigure.tracking;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.context.annotation.Conditional;

/**
 * Matches if {@code operations.tracking.store} selects the given store.
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Conditional(OnTrackingStoreCondition.class)
@interface ConditionalOnTrackingStore {

	/**
	 * The store.
	 * @return the store
	 */
	OperationsTrackingProperties.Store value();

}
