package io.operations.autoconfigure;

import io.operations.core.OperationsTemplate;

/**
 * Customizes the builder of the auto-configured template, of the clients of
 * {@code operations.clients.*}, and of the templates that the application builds with the
 * builder bean. The library calls beans of this type in their order. Those with an order
 * below zero run before the library applies the properties, the others after it.
 * <p>
 * The credentials, the base URL, the path and the product that the properties
 * {@code operations.clients.<name>.*} of a client set, or its own
 * {@link OperationsConnectionDetails#forClient connection details}, take precedence over
 * the customizers. A client gets these values from a customizer only if it does not set
 * them.
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
