package io.operations.starter;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * An application with no dependency but the starter.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class StarterApplication {

	/**
	 * Run the application with credentials and an SSL bundle {@code api} that presents
	 * the client's certificate and trusts the private authority.
	 * @param properties further properties
	 * @return its context
	 */
	static ConfigurableApplicationContext run(String... properties) {
		return new SpringApplicationBuilder(StarterApplication.class).web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "logging.level.root=warn", "operations.api-key=SK1",
					"operations.api-key-secret=secret", "operations.polling.min-interval=50ms",
					"operations.http.ssl.bundle=api",
					"spring.ssl.bundle.pem.api.keystore.certificate=" + Certificates.FOLDER + "client.pem",
					"spring.ssl.bundle.pem.api.keystore.private-key=" + Certificates.FOLDER + "client.key",
					"spring.ssl.bundle.pem.api.truststore.certificate=" + Certificates.FOLDER + "authority.pem")
			.properties(properties)
			.run();
	}

}
