package io.operations.autoconfigure;

import io.operations.core.OperationsTemplate;

/**
 * Changes the builder of the application's template, and of those made of the builder
 * bean. Beans of this type are called in their order, after the properties are applied.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface OperationsTemplateBuilderCustomizer {

	/**
	 * Change the builder.
	 * @param builder the builder
	 */
	void customize(OperationsTemplate.Builder builder);

}
