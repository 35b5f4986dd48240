package io.operations.autoconfigure;

import io.operations.core.OperationsTemplate;

/**
 * Customizes the builder of the auto-configured template and of the templates that the
 * application builds with the builder bean. The library calls beans of this type in their
 * order. Those with an order below zero run before the library applies the properties,
 * the others after it.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface OperationsTemplateBuilderCustomizer {

	/**
	 * Customize the builder.
	 * @param builder the builder
	 */
	void customize(OperationsTemplate.Builder builder);

}
