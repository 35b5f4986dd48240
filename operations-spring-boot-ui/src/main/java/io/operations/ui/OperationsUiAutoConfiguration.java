package io.operations.ui;

import io.operations.autoconfigure.tracking.OperationsTrackingProperties;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;

/**
 * Auto-configuration for the {@link OperationsUiEndpoint}, if the application exposes it
 * over HTTP.
 *
 * @since 0.1.0
 */
@AutoConfiguration
@ConditionalOnWebApplication
@ConditionalOnAvailableEndpoint(endpoint = OperationsUiEndpoint.class, exposure = EndpointExposure.WEB)
@ImportRuntimeHints(OperationsUiRuntimeHints.class)
public final class OperationsUiAutoConfiguration {

	private static final Log logger = LogFactory.getLog(OperationsUiAutoConfiguration.class);

	// The names of Spring Security's filter, for MVC and for WebFlux. An application need
	// not have Spring Security, so its types are not used here.
	private static final String[] SECURITY_FILTERS = { "springSecurityFilterChain",
			"org.springframework.security.config.annotation.web.reactive.WebFluxSecurityConfiguration.WebFilterChainFilter" };

	@Bean("io.operations.operationsUiEndpoint")
	@ConditionalOnMissingBean
	OperationsUiEndpoint operationsUiEndpoint(ObjectProvider<PathMappedEndpoints> paths,
			ObjectProvider<OperationsTrackingProperties> tracking, BeanFactory beans) {
		boolean secured = isSecured(beans);
		if (!secured) {
			logger.warn("The endpoint 'operationsui' is exposed, and no filter of Spring Security protects it. "
					+ "The page shows operations to everyone who reaches it, and offers no levers. "
					+ "Add Spring Security, or remove 'operationsui' from management.endpoints.web.exposure.include.");
		}
		OperationsTrackingProperties properties = tracking.getIfAvailable();
		return new OperationsUiEndpoint(paths::getObject, !secured,
				(properties != null) ? properties.getDelivery().getMaxAttempts() : 0);
	}

	private static boolean isSecured(BeanFactory beans) {
		for (String name : SECURITY_FILTERS) {
			if (beans.containsBean(name)) {
				return true;
			}
		}
		return false;
	}

}
