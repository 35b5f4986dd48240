package io.operations.ui;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * An application with the page, on one of both stacks.
 *
 * @param context the application's context
 * @param base the URL of the application
 */
record TestApplication(ConfigurableApplicationContext context, String base) implements AutoCloseable {

	private static final String BOOT = "org.springframework.boot.security.autoconfigure.";

	/**
	 * Leaves out Spring Security, as if its jars were missing.
	 */
	static final String UNSECURED = "spring.autoconfigure.exclude=" + Stream
		.of("SecurityAutoConfiguration", "UserDetailsServiceAutoConfiguration",
				"ReactiveUserDetailsServiceAutoConfiguration", "web.servlet.SecurityFilterAutoConfiguration",
				"web.servlet.ServletWebSecurityAutoConfiguration", "web.reactive.ReactiveWebSecurityAutoConfiguration",
				"actuate.web.servlet.ManagementWebSecurityAutoConfiguration",
				"actuate.web.reactive.ReactiveManagementWebSecurityAutoConfiguration")
		.map((name) -> BOOT + name)
		.collect(Collectors.joining(","));

	/**
	 * Adds a user who may use the endpoints.
	 */
	static final String[] USER = { "spring.security.user.name=operator", "spring.security.user.password=secret",
			"spring.security.user.roles=OPERATOR" };

	static TestApplication start(WebApplicationType stack, Class<?> configuration, String... properties) {
		List<String> all = new ArrayList<>(List.of("server.port=0", "spring.main.banner-mode=off",
				"management.endpoints.web.exposure.include=operations,operationsui",
				"management.endpoint.operations.access=unrestricted", "operations.api-key=SKpage",
				"operations.api-key-secret=secret"));
		all.addAll(Arrays.asList(properties));
		ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class, configuration)
			.web(stack)
			.properties(all.toArray(String[]::new))
			.run();
		String port = context.getEnvironment().getRequiredProperty("local.server.port");
		return new TestApplication(context, "http://localhost:" + port);
	}

	/**
	 * Return the URL of the page for a browser that signs in.
	 */
	String signedIn() {
		return page().replace("http://", "http://operator:secret@");
	}

	String page() {
		return this.base + "/actuator/operationsui";
	}

	@Override
	public void close() {
		this.context.close();
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

	@Configuration(proxyBeanMethods = false)
	static class Canned {

		@Bean("io.operations.operationsEndpoint")
		CannedOperations cannedOperations() {
			return new CannedOperations();
		}

	}

}
