package io.operations.test;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;

import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;
import org.springframework.core.io.ClassPathResource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class HttpsSimulatorTests {

	@Test
	void httpsServesOperations() throws Exception {
		HttpClient client = HttpClient.newBuilder()
			.sslContext(SslBundle
				.of(new PemSslStoreBundle(null,
						PemSslStoreDetails.forCertificate("classpath:certificates/authority.pem")))
				.createSslContext())
			.build();
		try (OperationsSimulator simulator = OperationsSimulator.builder().https(keyStore(), "changeit").start()) {
			String id = simulator.accept(OperationScript.completed());
			HttpRequest request = HttpRequest
				.newBuilder(URI.create(simulator.baseUrl() + SimulatorClient.OPERATIONS + id))
				.header("Authorization", simulator.credentials().get().authorization())
				.build();
			HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
			assertThat(simulator.baseUrl()).startsWith("https://localhost:");
			assertThat(response.body()).contains(id, "\"statusUrl\":\"" + simulator.baseUrl());
		}
	}

	@Test
	void startWhenKeyStoreIsUnreadableFailsAndSaysWhatToDo() throws IOException {
		OperationsSimulatorBuilder builder = OperationsSimulator.builder();
		Path keyStore = keyStore();
		assertThatIllegalArgumentException().isThrownBy(() -> builder.https(keyStore, "wrong-password"))
			.withMessageContaining("Check the path, the password, and that it is a PKCS12 file.")
			.withMessageNotContaining("wrong-password");
		assertThatIllegalArgumentException().isThrownBy(() -> builder.https(Path.of("missing.p12"), "changeit"))
			.withMessageContaining("missing.p12");
	}

	private static Path keyStore() throws IOException {
		return new ClassPathResource("certificates/server.p12").getFile().toPath();
	}

}
