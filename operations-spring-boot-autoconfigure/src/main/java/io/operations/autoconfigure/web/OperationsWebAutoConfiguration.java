package io.operations.autoconfigure.web;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration that answers with problem details if a controller of Spring MVC or
 * WebFlux throws an exception of the library. It is off unless
 * {@code operations.web.problem-details} is true.
 *
 * @since 0.1.0
 */
@AutoConfiguration
@ConditionalOnWebApplication
@ConditionalOnBooleanProperty("operations.web.problem-details")
@EnableConfigurationProperties(OperationsWebProperties.class)
public final class OperationsWebAutoConfiguration {

	@Bean("io.operations.operationsProblemDetailsHandler")
	OperationsProblemDetailsHandler operationsProblemDetailsHandler() {
		return new OperationsProblemDetailsHandler();
	}

}
