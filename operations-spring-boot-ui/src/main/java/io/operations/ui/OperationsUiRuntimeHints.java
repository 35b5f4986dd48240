package io.operations.ui;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.core.io.ClassPathResource;

/**
 * Registers the files of the page, which a native image otherwise leaves out. Spring Boot
 * registers only the methods of an endpoint.
 */
final class OperationsUiRuntimeHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.resources()
			.registerResource(new ClassPathResource(OperationsUiEndpoint.PAGE, OperationsUiEndpoint.class));
		for (String file : OperationsUiEndpoint.FILES.keySet()) {
			hints.resources().registerResource(new ClassPathResource(file, OperationsUiEndpoint.class));
		}
	}

}
