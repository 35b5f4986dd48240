package io.operations.autoconfigure;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.operations.Operation;
import io.operations.OperationsRequestException;
import io.operations.OperationsUnavailableException;
import io.operations.core.OperationsTemplate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.reactive.ClientHttpConnectorBuilderCustomizer;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.http.client.reactive.ReactorClientHttpConnectorBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The HTTP client is the one that the application chose and set up.
 */
class HttpClientChoiceTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	private static final String PASSWORD = "changeit";

	@RegisterExtension
	static final WireMockExtension server = WireMockExtension.newInstance()
		.options(WireMockConfiguration.wireMockConfig().dynamicPort())
		.build();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withPropertyValues("operations.api-key=SK1", "operations.api-key-secret=secret",
				"operations.retry.enabled=false")
		.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class, ReactiveHttpClientAutoConfiguration.class,
				WebClientAutoConfiguration.class, OperationsAutoConfiguration.class));

	@ParameterizedTest
	@ValueSource(strings = { "reactor", "jdk" })
	void whicheverConnectorIsChosenOperationsAreFetchedAndRedirectsAreNotFollowed(String connector) {
		server.stubFor(get("/v2/ControlPlane/Operations/a").willReturn(okJson("{\"status\":\"RUNNING\"}")));
		server.stubFor(get("/v2/ControlPlane/Operations/b")
			.willReturn(aResponse().withStatus(302).withHeader("Location", server.baseUrl() + "/elsewhere")));
		this.runner
			.withPropertyValues("operations.base-url=" + server.baseUrl(),
					"spring.http.clients.reactive.connector=" + connector)
			.run((context) -> {
				OperationsTemplate template = context.getBean(OperationsTemplate.class);
				assertThat(template.fetch("a").map(Operation::statusText).block(MAX_WAIT)).isEqualTo("RUNNING");
				assertThatExceptionOfType(OperationsRequestException.class)
					.isThrownBy(() -> template.fetch("b").block(MAX_WAIT))
					.withMessageContaining("redirect");
			});
		server.verify(2, anyRequestedFor(anyUrl()));
	}

	@Test
	void customizersOfTheConnectorApply() {
		server.stubFor(get(anyUrl()).willReturn(okJson("{\"status\":\"RUNNING\"}")));
		this.runner.withUserConfiguration(Customized.class)
			.withPropertyValues("operations.base-url=" + server.baseUrl())
			.run((context) -> context.getBean(OperationsTemplate.class).fetch("a").block(MAX_WAIT));
		server.verify(getRequestedFor(anyUrl()).withHeader("X-Customized", equalTo("yes")));
	}

	@Test
	void firstRequestOpensTheConnectorAndTheStartDoesNot() {
		server.stubFor(get(anyUrl()).willReturn(okJson("{\"status\":\"RUNNING\"}")));
		AtomicInteger opened = new AtomicInteger();
		this.runner.withBean("counting", ClientHttpConnectorBuilderCustomizer.class,
				() -> (ClientHttpConnectorBuilderCustomizer<ReactorClientHttpConnectorBuilder>) (builder) -> builder
					.withHttpClientCustomizer((client) -> {
						opened.incrementAndGet();
						return client;
					}))
			.withPropertyValues("operations.base-url=" + server.baseUrl())
			.run((context) -> {
				OperationsTemplate template = context.getBean(OperationsTemplate.class);
				assertThat(opened).as("times that the connector was opened at the start").hasValue(0);
				template.fetch("a").block(MAX_WAIT);
				template.fetch("a").block(MAX_WAIT);
				assertThat(opened).as("times that it was opened for two requests").hasValue(1);
			});
	}

	@Test
	void connectorThatCannotBeOpenedFailsTheRequestAndTheNextRequestTriesAgain() {
		server.stubFor(get(anyUrl()).willReturn(okJson("{\"status\":\"RUNNING\"}")));
		AtomicInteger opened = new AtomicInteger();
		this.runner.withBean("failing", ClientHttpConnectorBuilderCustomizer.class,
				() -> (ClientHttpConnectorBuilderCustomizer<ReactorClientHttpConnectorBuilder>) (builder) -> builder
					.withHttpClientCustomizer((client) -> {
						if (opened.incrementAndGet() == 1) {
							throw new IllegalStateException("no native library");
						}
						return client;
					}))
			.withPropertyValues("operations.base-url=" + server.baseUrl())
			.run((context) -> {
				OperationsTemplate template = context.getBean(OperationsTemplate.class);
				assertThatException().isThrownBy(() -> template.fetch("a").block(MAX_WAIT))
					.havingRootCause()
					.withMessageContaining("no native library");
				assertThat(template.fetch("a").map(Operation::statusText).block(MAX_WAIT)).isEqualTo("RUNNING");
			});
	}

	@Test
	void bundleWhoseFileIsMissingFailsTheStart() {
		this.runner
			.withPropertyValues("spring.ssl.bundle.jks.test.truststore.location=file:/no/such/store",
					"spring.ssl.bundle.jks.test.truststore.password=" + PASSWORD, "operations.http.ssl.bundle=test")
			.run((context) -> assertThat(context).getFailure().hasStackTraceContaining("/no/such/store"));
	}

	@Test
	void bundleOfTheClientIsTrusted(@TempDir Path folder) throws Exception {
		Path store = keyStore(folder);
		WireMockServer secure = secure(store);
		try {
			ApplicationContextRunner secured = this.runner.withPropertyValues(
					"operations.base-url=https://localhost:" + secure.httpsPort(),
					"spring.ssl.bundle.jks.test.truststore.location=file:" + store,
					"spring.ssl.bundle.jks.test.truststore.password=" + PASSWORD);
			secured.withPropertyValues("operations.http.ssl.bundle=test")
				.run((context) -> assertThat(
						context.getBean(OperationsTemplate.class).fetch("a").map(Operation::statusText).block(MAX_WAIT))
					.isEqualTo("RUNNING"));
			secured.run((context) -> assertThatExceptionOfType(OperationsUnavailableException.class)
				.isThrownBy(() -> context.getBean(OperationsTemplate.class).fetch("a").block(MAX_WAIT)));
		}
		finally {
			secure.stop();
		}
	}

	@Test
	void bundleOfAllClientsIsTrustedWhereOursNamesNone(@TempDir Path folder) throws Exception {
		Path store = keyStore(folder);
		WireMockServer secure = secure(store);
		try {
			this.runner.withConfiguration(AutoConfigurations.of(HttpClientAutoConfiguration.class))
				.withPropertyValues("operations.base-url=https://localhost:" + secure.httpsPort(),
						"spring.ssl.bundle.jks.test.truststore.location=file:" + store,
						"spring.ssl.bundle.jks.test.truststore.password=" + PASSWORD,
						"spring.http.clients.ssl.bundle=test")
				.run((context) -> assertThat(
						context.getBean(OperationsTemplate.class).fetch("a").map(Operation::statusText).block(MAX_WAIT))
					.isEqualTo("RUNNING"));
		}
		finally {
			secure.stop();
		}
	}

	private static WireMockServer secure(Path store) {
		WireMockServer secure = new WireMockServer(WireMockConfiguration.wireMockConfig()
			.dynamicPort()
			.dynamicHttpsPort()
			.keystorePath(store.toString())
			.keystorePassword(PASSWORD)
			.keyManagerPassword(PASSWORD)
			.keystoreType("PKCS12"));
		secure.start();
		secure.stubFor(get(anyUrl()).willReturn(okJson("{\"status\":\"RUNNING\"}")));
		return secure;
	}

	private static Path keyStore(Path folder) throws IOException, InterruptedException {
		Path store = folder.resolve("store.p12");
		Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
				"-genkeypair", "-alias", "test", "-keyalg", "EC", "-dname", "CN=localhost", "-ext", "san=dns:localhost",
				"-storetype", "PKCS12", "-keystore", store.toString(), "-storepass", PASSWORD)
			.inheritIO()
			.start();
		assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
		assertThat(keytool.exitValue()).isZero();
		return store;
	}

	@Configuration(proxyBeanMethods = false)
	static class Customized {

		@Bean
		ClientHttpConnectorBuilderCustomizer<ReactorClientHttpConnectorBuilder> customizer() {
			return (builder) -> builder
				.withHttpClientCustomizer((client) -> client.headers((headers) -> headers.set("X-Customized", "yes")));
		}

	}

}
