package io.operations.autoconfigure;

import io.operations.core.OperationsTemplate;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/**
 * The application that {@link MissingLibrariesTests} starts.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class MissingLibrariesApplication {

	static String start() {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(MissingLibrariesApplication.class)
			.web(WebApplicationType.NONE)
			.properties("operations.api-key=SK1", "operations.api-key-secret=secret", "spring.main.banner-mode=off",
					"logging.level.root=warn", "spring.main.register-shutdown-hook=false")
			.run()) {
			return context.getBean(OperationsTemplate.class).toString();
		}
	}

}
