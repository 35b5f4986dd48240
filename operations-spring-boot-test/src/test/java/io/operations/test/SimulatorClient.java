package io.operations.test;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.operations.OperationsProduct;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.web.util.UriUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A client of the simulator that does not use the library.
 */
final class SimulatorClient {

	static final String OPERATIONS = "/v2/ControlPlane/Operations/";

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final OperationsSimulator simulator;

	SimulatorClient(OperationsSimulator simulator) {
		this.simulator = simulator;
	}

	HttpResponse<String> poll(String id) {
		return poll(OperationsProduct.CONVERSATIONS, id);
	}

	HttpResponse<String> poll(OperationsProduct product, String id) {
		return send("GET", product.path().replace("{id}", UriUtils.encode(id, StandardCharsets.UTF_8)));
	}

	Map<String, @Nullable Object> operation(String id) {
		return json(poll(id));
	}

	@Nullable Object status(String id) {
		return operation(id).get("status");
	}

	HttpResponse<String> send(String method, String path) {
		return send(method, path, this.simulator.credentials().get().authorization());
	}

	HttpResponse<String> send(String method, String path, String authorization) {
		return send(HttpRequest.newBuilder(URI.create(this.simulator.baseUrl() + path))
			.method(method, HttpRequest.BodyPublishers.ofString("{\"name\":\"a\"}"))
			.header("Authorization", authorization)
			.timeout(Duration.ofSeconds(10))
			.build());
	}

	HttpResponse<String> send(HttpRequest request) {
		try {
			return sendChecked(request);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	HttpResponse<String> pollChecked(String id) throws IOException {
		return sendChecked(pollRequest(id));
	}

	CompletableFuture<HttpResponse<String>> pollAsync(String id) {
		return this.http.sendAsync(pollRequest(id), HttpResponse.BodyHandlers.ofString());
	}

	private HttpRequest pollRequest(String id) {
		return HttpRequest.newBuilder(URI.create(this.simulator.baseUrl() + OPERATIONS + id))
			.header("Authorization", this.simulator.credentials().get().authorization())
			.build();
	}

	private HttpResponse<String> sendChecked(HttpRequest request) throws IOException {
		try {
			return this.http.send(request, HttpResponse.BodyHandlers.ofString());
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@SuppressWarnings("unchecked")
	static Map<String, @Nullable Object> json(HttpResponse<String> response) {
		return JSON.readValue(response.body(), Map.class);
	}

	static String header(HttpResponse<?> response, String name) {
		List<String> values = response.headers().allValues(name);
		assertThat(values).as(name).hasSize(1);
		return values.get(0);
	}

}
