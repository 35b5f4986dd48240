package io.operations.core;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;

import io.operations.AcceptedOperation;
import io.operations.OperationsCredentials;
import io.operations.OperationsProduct;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.mockito.Mockito.mock;

class ClientRoutingTests {

	private final Map<String, OperationsTemplate> clients = new LinkedHashMap<>();

	private final ClientRouting routing = new ClientRouting(this.clients);

	@Test
	void mockBesideAClientDoesNotServeAnOperationWithoutAStatusUrl() {
		this.clients.put("mocked", mock(OperationsTemplate.class));
		this.clients.put("push", push());
		assertThat(this.routing.clientOf(accepted("comms_operation_1", null))).isSameAs(this.clients.get("push"));
		assertThat(this.routing.serving(accepted("x", null))).containsExactly("push");
	}

	@Test
	void mockThatIsTheOnlyClientServesAnOperationWithoutAStatusUrl() {
		this.clients.put("mocked", mock(OperationsTemplate.class));
		assertThat(this.routing.clientOf(accepted("x", null))).isSameAs(this.clients.get("mocked"));
	}

	@Test
	void withMocksOnlyTheMessageNamesThem() {
		this.clients.put("one", mock(OperationsTemplate.class));
		this.clients.put("two", mock(OperationsTemplate.class));
		assertThatIllegalArgumentException().isThrownBy(() -> this.routing.clientOf(accepted("x", null)))
			.withMessageEndingWith("The clients that may serve it are: one, two.");
	}

	@Test
	void withoutAClientTheMessageSaysSo() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.routing.clientOf(accepted("x", null)))
			.withMessageContaining("there is no client");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.routing.clientOf(accepted("x", "https://x.example/x")))
			.withMessageContaining("there is no client");
	}

	private static OperationsTemplate push() {
		return OperationsTemplate.builder(WebClient.builder())
			.name("push")
			.product(OperationsProduct.PUSH_NOTIFICATIONS)
			.credentials(OperationsCredentials.of("SK1", "secret"))
			.build();
	}

	private static AcceptedOperation accepted(String id, @Nullable String statusUrl) {
		return new AcceptedOperation(id, (statusUrl != null) ? URI.create(statusUrl) : null, null, Map.of());
	}

}
