package io.operations.autoconfigure;

import org.springframework.http.client.reactive.ClientHttpConnector;

/**
 * Decorates the connector of all templates that are built with the builder bean: the
 * auto-configured one, the configured clients, and those that the application builds. The
 * decorated connector gets each request after all filters. The test support uses it to
 * lead every request to the simulator. The library calls the beans of this type in their
 * order when it creates the builder of a template, not for each request.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface OperationsConnectorDecorator {

	/**
	 * Decorate the connector.
	 * @param connector the connector, which the library closes with the context
	 * @return the connector to use
	 */
	ClientHttpConnector decorate(ClientHttpConnector connector);

}
