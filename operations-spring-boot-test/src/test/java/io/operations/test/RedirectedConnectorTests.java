package io.operations.test;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;

import io.operations.OperationsProduct;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.reactive.JdkClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

class RedirectedConnectorTests {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static final ParameterizedTypeReference<Map<String, @Nullable Object>> OBJECT = new ParameterizedTypeReference<>() {
	};

	private static final OperationsSimulator simulator = OperationsSimulator.start();

	private final WebClient client = WebClient.builder()
		.clientConnector(simulator.redirect(new JdkClientHttpConnector()))
		.defaultHeader(HttpHeaders.AUTHORIZATION, "Basic real")
		.defaultStatusHandler((status) -> status.isError(), (response) -> Mono.empty())
		.build();

	@BeforeEach
	void reset() {
		simulator.reset();
	}

	@AfterAll
	static void close() {
		simulator.close();
	}

	private ResponseEntity<Map<String, @Nullable Object>> send(HttpMethod method, String url) {
		return Objects
			.requireNonNull(this.client.method(method).uri(URI.create(url)).retrieve().toEntity(OBJECT).block(LIMIT));
	}

	@ParameterizedTest
	@EnumSource
	void requestToServerOfAProductReachesSimulatorAuthenticated(OperationsProduct product) {
		String id = simulator.accept(product, OperationScript.completed());
		ResponseEntity<?> response = send(HttpMethod.GET, product.baseUrl() + product.path().replace("{id}", id));
		assertThat(response.getStatusCode().value()).isEqualTo(200);
		assertThat(simulator.requestCount(id)).isOne();
	}

	@ParameterizedTest
	@CsvSource({ "https://memory.twilio.com,/v1/ControlPlane/Stores,MEMORY",
			"https://memory.us1.twilio.com,/v1/ControlPlane/Stores,MEMORY",
			"https://gateway.example.com:8443/twilio,/v2/ControlPlane/KnowledgeBases,KNOWLEDGE" })
	void statusUrlIsThatOfTheAddressedServer(String baseUrl, String path, OperationsProduct product) {
		ResponseEntity<Map<String, @Nullable Object>> accepted = send(HttpMethod.POST, baseUrl + path);
		String id = Objects.requireNonNull(accepted.getHeaders().getFirst("Operation-Id"));
		String statusUrl = String.valueOf(Objects.requireNonNull(accepted.getBody()).get("statusUrl"));
		assertThat(statusUrl).isEqualTo(baseUrl + product.path().replace("{id}", id));
		assertThat(send(HttpMethod.GET, statusUrl).getStatusCode().value()).isEqualTo(200);
	}

	@Test
	void serversWithTheSamePathKnowOnlyTheirOwnOperations() {
		String id = simulator.accept(OperationsProduct.KNOWLEDGE, OperationScript.completed());
		String path = OperationsProduct.KNOWLEDGE.path().replace("{id}", id);
		assertThat(send(HttpMethod.GET, "https://knowledge.twilio.com" + path).getStatusCode().value()).isEqualTo(200);
		assertThat(send(HttpMethod.GET, "https://conversations.twilio.com" + path).getStatusCode().value())
			.isEqualTo(404);
	}

	@Test
	void requestToTheSimulatorItselfHasItsCredentials() {
		String id = simulator.accept(OperationScript.completed());
		String url = simulator.baseUrl() + OperationsProduct.CONVERSATIONS.path().replace("{id}", id);
		ResponseEntity<Map<String, @Nullable Object>> response = send(HttpMethod.GET, url);
		assertThat(response.getStatusCode().value()).isEqualTo(200);
		assertThat(Objects.requireNonNull(response.getBody()).get("statusUrl")).isEqualTo(url);
	}

}
