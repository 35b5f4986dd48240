package io.operations.core;

import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.operations.AcceptedOperation;
import io.operations.Operation;
import io.operations.OperationStatus;
import io.operations.OperationsCredentials;
import io.operations.OperationsException;
import io.operations.OperationsUnavailableException;
import io.operations.RawServer;
import org.eclipse.jetty.client.HttpClient;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.http.client.reactive.HttpComponentsClientHttpConnector;
import org.springframework.http.client.reactive.JdkClientHttpConnector;
import org.springframework.http.client.reactive.JettyClientHttpConnector;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests interim responses, which precede the final response on the same connection.
 */
class InterimAnswerTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	private final CompletableFuture<Void> sent = new CompletableFuture<>();

	private final CountDownLatch proceed = new CountDownLatch(1);

	private String interim = "";

	private final RawServer server = new RawServer((request, out) -> {
		if (request.contains("/y ")) {
			out.send(RawServer.answer("200 OK", "{\"operationId\":\"y\",\"status\":\"RUNNING\"}"));
			return;
		}
		out.send(this.interim);
		this.sent.complete(null);
		this.proceed.await();
		out.send(request.startsWith("POST") ? RawServer.answer("202 Accepted\r\nOperation-Id: x", "{}")
				: RawServer.answer("200 OK", "{\"operationId\":\"x\",\"status\":\"COMPLETED\"}"));
	});

	private final OperationsTemplate template = template(new ReactorClientHttpConnector(), MAX_WAIT);

	@AfterEach
	void close() throws IOException {
		this.template.close();
		this.server.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "100 Continue", "102 Processing", "103 Early Hints\r\nLink: </a>; rel=preload",
			"199 Something" })
	void fetchWhenInterimAnswerComesFirstReturnsFinalOne(String status) throws Exception {
		interim(status);
		CompletableFuture<@Nullable Operation> x = this.template.fetch("x").toFuture();
		assertAnswersAreNotMixedUp(x);
		assertThat(Objects.requireNonNull(x.get()).status()).isEqualTo(OperationStatus.COMPLETED);
	}

	@ParameterizedTest
	@ValueSource(strings = { "102 Processing", "103 Early Hints" })
	void awaitWhenInterimAnswerComesFirstReturnsFinalOne(String status) throws Exception {
		interim(status);
		CompletableFuture<@Nullable Operation> x = this.template.await("x").toFuture();
		assertAnswersAreNotMixedUp(x);
		assertThat(Objects.requireNonNull(x.get()).status()).isEqualTo(OperationStatus.COMPLETED);
	}

	@ParameterizedTest
	@ValueSource(strings = { "102 Processing", "103 Early Hints" })
	void writeWhenInterimAnswerComesFirstReadsFinalOne(String status) throws Exception {
		interim(status);
		CompletableFuture<@Nullable AcceptedOperation> x = this.template.getWebClient()
			.post()
			.uri("/v2/ControlPlane/Configurations")
			.bodyValue("{}")
			.exchangeToMono(AcceptedOperation::from)
			.toFuture();
		assertAnswersAreNotMixedUp(x);
		assertThat(Objects.requireNonNull(x.get()).id()).isEqualTo("x");
	}

	@ParameterizedTest
	@ValueSource(strings = { "102 Processing", "103 Early Hints", "101 Switching Protocols" })
	void interimAnswersAreNeverMixedUpByTheClientOfTheJdk(String status) throws Exception {
		assertOtherClientDoesNotMixUp(status, new JdkClientHttpConnector());
	}

	@ParameterizedTest
	@ValueSource(strings = { "102 Processing", "103 Early Hints" })
	void interimAnswersAreNeverMixedUpByJetty(String status) throws Exception {
		HttpClient client = new HttpClient();
		assertOtherClientDoesNotMixUp(status, new JettyClientHttpConnector(client));
		client.stop();
	}

	@ParameterizedTest
	@ValueSource(strings = { "102 Processing", "103 Early Hints" })
	void interimAnswersAreNeverMixedUpByHttpComponents(String status) throws Exception {
		try (HttpComponentsClientHttpConnector connector = new HttpComponentsClientHttpConnector()) {
			assertOtherClientDoesNotMixUp(status, connector);
		}
	}

	private void assertOtherClientDoesNotMixUp(String status, ClientHttpConnector connector) throws Exception {
		interim(status);
		try (OperationsTemplate other = template(connector, Duration.ofSeconds(2))) {
			CompletableFuture<@Nullable Operation> x = other.fetch("x").toFuture();
			this.sent.get(20, TimeUnit.SECONDS);
			CompletableFuture<@Nullable Operation> y = other.fetch("y").toFuture();
			assertThat(Objects.requireNonNull(y.get(20, TimeUnit.SECONDS)).status()).isEqualTo(OperationStatus.RUNNING);
			this.proceed.countDown();
			Throwable fault = x.handle((operation, failure) -> failure).get(20, TimeUnit.SECONDS);
			if (fault != null) {
				assertThat(fault).isInstanceOfSatisfying(OperationsException.class,
						(failure) -> assertThat(failure.isTransient()).isTrue());
			}
		}
	}

	@Test
	void switchOfProtocolsWhenNotRequestedClosesTheConnection() throws Exception {
		interim("101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade");
		CompletableFuture<@Nullable Operation> x = this.template.fetch("x").toFuture();
		this.sent.get(20, TimeUnit.SECONDS);
		assertThat(Objects.requireNonNull(this.template.fetch("y").block(MAX_WAIT)).status())
			.isEqualTo(OperationStatus.RUNNING);
		this.proceed.countDown();
		assertThat(x.handle((operation, failure) -> failure).get(20, TimeUnit.SECONDS))
			.isInstanceOf(OperationsUnavailableException.class);
	}

	private OperationsTemplate template(ClientHttpConnector connector, Duration requestTimeout) {
		return OperationsTemplate.builder(WebClient.builder().clientConnector(connector))
			.baseUrl(this.server.url().toString())
			.credentials(OperationsCredentials.of("SK1", "secret"))
			.requestTimeout(requestTimeout)
			.retryEnabled(false)
			.build();
	}

	private void interim(String status) {
		this.interim = RawServer.head(status).repeat(2);
	}

	private void assertAnswersAreNotMixedUp(CompletableFuture<?> x) throws Exception {
		this.sent.get(20, TimeUnit.SECONDS);
		CompletableFuture<@Nullable Operation> y = this.template.fetch("y").toFuture();
		await().atMost(MAX_WAIT).until(() -> x.isDone() || y.isDone());
		this.proceed.countDown();
		assertThat(Objects.requireNonNull(y.get(20, TimeUnit.SECONDS)).status()).isEqualTo(OperationStatus.RUNNING);
		x.get(20, TimeUnit.SECONDS);
	}

}
