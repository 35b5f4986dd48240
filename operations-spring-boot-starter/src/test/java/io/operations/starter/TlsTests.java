package io.operations.starter;

import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Map;

import io.operations.AcceptedOperation;
import io.operations.Operation;
import io.operations.OperationStatus;
import io.operations.OperationsUnavailableException;
import io.operations.core.OperationsTemplate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.ssl.SslBundleRegistry;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The template and its client for writes over https, with each connector that is on the
 * class path of an application that adds the starter.
 */
@ParameterizedClass
@ValueSource(strings = { "reactor", "jdk" })
class TlsTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static ConfigurableApplicationContext context;

	@Parameter
	String connector;

	@BeforeParameterizedClassInvocation
	static void start(String connector) {
		context = StarterApplication.run("spring.http.clients.reactive.connector=" + connector,
				"operations.retry.enabled=false");
	}

	@AfterParameterizedClassInvocation
	static void stop() {
		context.close();
	}

	@Test
	void fetchReadsTheOperation() {
		try (HttpsEndpoint endpoint = HttpsEndpoint.presenting("server"); OperationsTemplate template = of(endpoint)) {
			Operation seen = template.fetch(HttpsEndpoint.ID).block(LIMIT);
			assertThat(seen.status()).isEqualTo(OperationStatus.RUNNING);
		}
	}

	@Test
	void writeIsAcceptedAndAwaited() {
		try (HttpsEndpoint endpoint = HttpsEndpoint.presenting("server"); OperationsTemplate template = of(endpoint)) {
			Operation done = template.getWebClient()
				.post()
				.uri("/v2/ControlPlane/Configurations")
				.bodyValue(Map.of("displayName", "x"))
				.exchangeToMono(AcceptedOperation::from)
				.flatMap(template::await)
				.block(LIMIT);
			assertThat(done.status()).isEqualTo(OperationStatus.COMPLETED);
		}
	}

	@Test
	void clientCertificateIsPresented() {
		try (HttpsEndpoint endpoint = HttpsEndpoint.asking("authority"); OperationsTemplate template = of(endpoint)) {
			assertThat(template.fetch(HttpsEndpoint.ID).block(LIMIT)).isNotNull();
		}
	}

	@ParameterizedTest
	@CsvSource({ "other-server, unable to find valid certification path", "wrong-host, No subject alternative DNS name",
			"expired, NotAfter" })
	void certificateThatIsNotTrustedFails(String owner, String reason) {
		try (HttpsEndpoint endpoint = HttpsEndpoint.presenting(owner); OperationsTemplate template = of(endpoint)) {
			assertThatExceptionOfType(OperationsUnavailableException.class)
				.isThrownBy(() -> template.fetch(HttpsEndpoint.ID).block(LIMIT))
				.withMessageContaining("operations.http.ssl.bundle")
				.havingRootCause()
				.isInstanceOf(GeneralSecurityException.class)
				.withMessageContaining(reason);
		}
	}

	@Test
	void updatedBundleAppliesToNewConnections() {
		try (HttpsEndpoint endpoint = HttpsEndpoint.presenting("other-server");
				OperationsTemplate template = of(endpoint)) {
			assertThatExceptionOfType(OperationsUnavailableException.class)
				.isThrownBy(() -> template.fetch(HttpsEndpoint.ID).block(LIMIT));
			SslBundleRegistry bundles = context.getBean(SslBundleRegistry.class);
			bundles.updateBundle("api", Certificates.bundle("client", "other-authority"));
			try {
				assertThat(template.fetch(HttpsEndpoint.ID).block(LIMIT)).isNotNull();
			}
			finally {
				bundles.updateBundle("api", Certificates.bundle("client", "authority"));
			}
		}
	}

	private OperationsTemplate of(HttpsEndpoint endpoint) {
		return context.getBean(OperationsTemplate.class).mutate().name("tls").baseUrl(endpoint.url()).build();
	}

}
