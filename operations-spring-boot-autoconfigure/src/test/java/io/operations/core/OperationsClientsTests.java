package io.operations.core;

import java.net.URI;
import java.util.Map;

import io.operations.AcceptedOperation;
import io.operations.OperationsCredentials;
import io.operations.OperationsProduct;
import io.operations.OperationsRequestException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class OperationsClientsTests {

	private final OperationsClients clients = OperationsClients.of(
			template("operations", "https://conversations.example", "/v2/ControlPlane/Operations/{id}"),
			template("knowledge", "https://knowledge.example/", "/v2/ControlPlane/Operations/{id}"),
			template("messages", "https://comms.example:443/eu", "/v1/Messages/Operations/{id}"),
			template("jobs", "https://insights.example", "/v3/{id}/Job?full=true"),
			template("query", "https://query.example", "/operations?id={id}"));

	@AfterEach
	void close() {
		this.clients.names().forEach((name) -> this.clients.get(name).close());
	}

	@ParameterizedTest
	@CsvSource({ "https://conversations.example/v2/ControlPlane/Operations/a, operations",
			"HTTPS://Knowledge.Example:443/v2/ControlPlane/Operations/a, knowledge",
			"https://comms.example/eu/v1/Messages/Operations/a, messages", "/eu/v1/Messages/Operations/a, messages",
			"https://insights.example/v3/a/Job?x=y, jobs", "https://query.example/operations?id=a, query" })
	void clientIsFoundByTheStatusUrl(String statusUrl, String client) {
		assertThat(this.clients.clientOf(accepted(statusUrl)).getName()).isEqualTo(client);
	}

	@ParameterizedTest
	@CsvSource({ "https://elsewhere.example/v2/ControlPlane/Operations/a",
			"http://conversations.example/v2/ControlPlane/Operations/a",
			"https://conversations.example:8443/v2/ControlPlane/Operations/a",
			"https://conversations.example/v2/ControlPlane/Operations/a/b",
			"https://conversations.example/v2/ControlPlane/Operations/",
			"https://comms.example/v1/Emails/Operations/a" })
	void awaitWhenNoClientServesStatusUrlFailsAndListsClients(String statusUrl) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.clients.await(accepted(statusUrl)).block())
			.withMessageContaining(statusUrl)
			.withMessageContaining("knowledge (https://knowledge.example/v2/ControlPlane/Operations/{id})");
	}

	@Test
	void statusUrlOfTheProductWhenBehindAGatewayIsServed() {
		assertThat(this.clients.clientOf(accepted("https://comms.example/v1/Messages/Operations/a")).getName())
			.isEqualTo("messages");
	}

	@Test
	void awaitWhenAnotherClientServesStatusUrlNamesThatClient() {
		this.clients.names();
		assertThatExceptionOfType(OperationsRequestException.class)
			.isThrownBy(() -> this.clients.get("jobs")
				.await(accepted("https://knowledge.example/v2/ControlPlane/Operations/a"))
				.block())
			.withMessageContaining("https://knowledge.example")
			.withMessageContaining("OperationsClients.get(name) returns knowledge");
	}

	@Test
	void messagesHideQueryAndUserInfoOfAStatusUrl() {
		AcceptedOperation nobodys = accepted("https://user:p%40ss@other.example/x/a?token=secret#secret");
		assertThatIllegalArgumentException().isThrownBy(() -> this.clients.clientOf(nobodys))
			.withMessageContaining("the status URL https://other.example/x/a, but no client serves it")
			.withMessageNotContainingAny("secret", "user", "ss@");
		assertThatExceptionOfType(OperationsRequestException.class)
			.isThrownBy(() -> this.clients.get("knowledge").await(nobodys).block())
			.withMessageContaining("'https://other.example/x/a'")
			.withMessageNotContainingAny("secret", "user", "ss@");
	}

	@Test
	void relativeStatusUrlWhenSeveralClientsServeItIsRefused() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.clients.clientOf(accepted("/v2/ControlPlane/Operations/a")))
			.withMessageContaining("several clients serve it: operations, knowledge");
	}

	@Test
	void missingStatusUrlIsRefusedUnlessThereIsOneClient() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.clients.clientOf(accepted(null)))
			.withMessageContaining("names no status URL")
			.withMessageContaining("operations, knowledge, messages, jobs, query");
		try (OperationsTemplate only = template("only", "https://only.example", "/{id}")) {
			assertThat(OperationsClients.of(only).clientOf(accepted(null))).isSameAs(only);
		}
	}

	@Test
	void registeredClientIsListedUntilItIsClosed() {
		OperationsTemplate sub = template("sub-1", "https://sub.example", "/{id}");
		this.clients.register("sub-1", sub);
		assertThat(this.clients.names()).containsExactly("operations", "knowledge", "messages", "jobs", "query",
				"sub-1");
		assertThat(this.clients.clientOf(accepted("https://sub.example/a"))).isSameAs(sub);
		sub.close();
		assertThat(this.clients.names()).doesNotContain("sub-1");
		this.clients.register("sub-1", template("sub-1", "https://sub.example", "/{id}"));
		assertThat(this.clients.get("sub-1")).isNotSameAs(sub);
	}

	@Test
	void closeClosesTheRegisteredClients() {
		OperationsTemplate sub = template("sub-1", "https://sub.example", "/{id}");
		this.clients.register("sub-1", sub);
		this.clients.close();
		assertThat(sub.isClosed()).isTrue();
		assertThat(this.clients.get("operations").isClosed()).isFalse();
	}

	@Test
	void registerWhenClientsAreClosedFails() {
		this.clients.close();
		try (OperationsTemplate sub = template("sub-1", "https://sub.example", "/{id}")) {
			assertThatIllegalStateException().isThrownBy(() -> this.clients.register("sub-1", sub))
				.withMessageContaining("'sub-1' is not registered")
				.withMessageContaining("Close its template");
			assertThat(this.clients.names()).doesNotContain("sub-1");
		}
	}

	@Test
	void missingStatusUrlWhenOneProductHasSuchIdsFindsItsClient() {
		try (OperationsTemplate conversations = template("operations", OperationsProduct.CONVERSATIONS);
				OperationsTemplate memory = template("memory", OperationsProduct.MEMORY);
				OperationsTemplate push = template("push", OperationsProduct.PUSH_NOTIFICATIONS);
				OperationsTemplate emails = template("emails", OperationsProduct.EMAILS)) {
			OperationsClients one = OperationsClients.of(conversations, memory, push);
			assertThat(one.clientOf(accepted("comms_operation_1", null))).isSameAs(push);
			OperationsClients two = OperationsClients.of(conversations, memory, push, emails);
			assertThatIllegalArgumentException().isThrownBy(() -> two.clientOf(accepted("comms_operation_1", null)))
				.withMessageContaining("OperationsClients.get(\"push\").await(accepted)")
				.withMessageEndingWith("The clients that may serve it are: push, emails.");
			// The ids of Memory have no known form.
			assertThatIllegalArgumentException().isThrownBy(() -> one.clientOf(accepted("proc_job_1", null)))
				.withMessageEndingWith("operations, memory.");
			assertThatIllegalArgumentException().isThrownBy(() -> one.clientOf(accepted("x", null)))
				.withMessageEndingWith("operations, memory, push.");
		}
	}

	@Test
	void registerWhenNameExistsFails() {
		try (OperationsTemplate second = template("jobs", "https://sub.example", "/{id}")) {
			assertThatIllegalArgumentException().isThrownBy(() -> this.clients.register("jobs", second))
				.withMessageContaining("'jobs' exists");
		}
	}

	@Test
	void registerWhenTemplateHasAnotherNameFails() {
		try (OperationsTemplate other = template("other", "https://sub.example", "/{id}")) {
			assertThatIllegalArgumentException().isThrownBy(() -> this.clients.register("sub", other))
				.withMessageContaining("'other'")
				.withMessageContaining("name(\"sub\")");
		}
	}

	@Test
	void getWhenNameIsUnknownFailsAndListsNames() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.clients.get("sub"))
			.withMessageContaining("'sub'")
			.withMessageContaining("operations, knowledge, messages, jobs, query");
	}

	private static AcceptedOperation accepted(@Nullable String statusUrl) {
		return accepted("a", statusUrl);
	}

	private static AcceptedOperation accepted(String id, @Nullable String statusUrl) {
		return new AcceptedOperation(id, (statusUrl != null) ? URI.create(statusUrl) : null, null, Map.of());
	}

	private static OperationsTemplate template(String name, OperationsProduct product) {
		return OperationsTemplate.builder(WebClient.builder())
			.name(name)
			.product(product)
			.credentials(OperationsCredentials.of("SK1", "secret"))
			.build();
	}

	private static OperationsTemplate template(String name, String baseUrl, String path) {
		return OperationsTemplate.builder(WebClient.builder())
			.name(name)
			.baseUrl(baseUrl)
			.path(path)
			.credentials(OperationsCredentials.of("SK1", "secret"))
			.build();
	}

}
