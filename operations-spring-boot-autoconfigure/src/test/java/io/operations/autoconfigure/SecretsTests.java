package io.operations.autoconfigure;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.operations.core.OperationsTemplate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;

import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Looks for the secret wherever it must not be.
 */
@ExtendWith(OutputCaptureExtension.class)
class SecretsTests {

	private static final String SECRET = "a-secret-never-to-be-shown";

	private static final String ENCODED = Base64.getEncoder()
		.encodeToString(("SKuser:" + SECRET).getBytes(StandardCharsets.UTF_8));

	private static final List<String> LOGGERS = List.of("io.operations", "org.springframework.web",
			"org.springframework.http", "org.springframework.boot", "org.springframework.context",
			"org.springframework.beans", "org.springframework.core", "reactor.netty", "io.netty");

	@RegisterExtension
	static final WireMockExtension server = WireMockExtension.newInstance()
		.options(WireMockConfiguration.wireMockConfig().dynamicPort())
		.build();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withUserConfiguration(Application.class)
		.withPropertyValues(MixedRun.properties());

	@Test
	void withEveryLoggerAtTraceTheSecretIsNowhereToBeFound(CapturedOutput output) {
		LoggingSystem logging = LoggingSystem.get(getClass().getClassLoader());
		LOGGERS.forEach((logger) -> logging.setLogLevel(logger, LogLevel.TRACE));
		try {
			this.runner
				.withPropertyValues("operations.api-key=SKuser", "operations.api-key-secret=" + SECRET,
						"operations.base-url=" + server.baseUrl())
				.run((context) -> {
					Map<String, Throwable> faults = MixedRun.of(context.getBean(OperationsTemplate.class), server);
					assertThat(faults).hasSizeGreaterThan(9);
					server.verify(getRequestedFor(anyUrl()).withHeader("Authorization", equalTo("Basic " + ENCODED)));
					faults.forEach((what, fault) -> assertNoSecret("the fault of '" + what + "'", trace(fault)));
					assertNoSecretInBeans(context);
				});
		}
		finally {
			LOGGERS.forEach((logger) -> logging.setLogLevel(logger, null));
		}
		assertThat(output.getAll()).contains("op-401", "reactor.netty", "ExchangeFunctions");
		assertNoSecret("the log", output.getAll());
	}

	private static void assertNoSecretInBeans(ApplicationContext context) {
		int ours = 0;
		for (String name : context.getBeanDefinitionNames()) {
			Object bean = context.getBean(name);
			if (bean.getClass().getName().startsWith("io.operations.")) {
				ours++;
				assertNoSecret("bean " + name, bean.toString());
			}
		}
		assertThat(ours).isGreaterThan(8);
		OperationsConnectionDetails details = context.getBean(OperationsConnectionDetails.class);
		assertNoSecret("the connection details", details.toString());
		assertNoSecret("the credentials", details.getCredentials().toString());
		assertNoSecret("the client", context.getBean("operationsWebClient").toString());
	}

	private static String trace(Throwable fault) {
		StringWriter trace = new StringWriter();
		fault.printStackTrace(new PrintWriter(trace));
		return trace.toString();
	}

	private static void assertNoSecret(String where, String text) {
		assertThat(text.lines()).as(where)
			.noneMatch((line) -> line.contains(SECRET) || line.contains(ENCODED) || line.contains(
					Base64.getEncoder().encodeToString(SECRET.getBytes(StandardCharsets.UTF_8)).replace("=", "")));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
