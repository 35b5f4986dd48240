package io.operations.autoconfigure;

import io.operations.core.OperationsTemplate;

/**
 * Applies the properties to the builder of a template. The application's customizers run
 * after it or, with a negative order, before it.
 *
 * @param top the properties of the auto-configured template
 * @param details its base URL and credentials
 * @param settings applies the properties and connection details of any template
 */
record PropertiesCustomizer(OperationsProperties top, OperationsConnectionDetails details,
		Settings settings) implements OperationsTemplateBuilderCustomizer {

	@Override
	public void customize(OperationsTemplate.Builder builder) {
		this.settings.apply(builder, this.top, this.details);
	}

	/**
	 * Applies properties and connection details.
	 */
	@FunctionalInterface
	interface Settings {

		void apply(OperationsTemplate.Builder builder, OperationsProperties properties,
				OperationsConnectionDetails details);

	}

}
