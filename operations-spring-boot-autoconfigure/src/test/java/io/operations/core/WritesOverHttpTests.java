package io.operations.core;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.operations.AcceptedOperation;
import io.operations.OperationsCredentials;
import io.operations.OperationsException;
import io.operations.OperationsRequestException;
import io.operations.OperationsUnavailableException;
import io.operations.resilience.RetrySettings;
import io.operations.resilience.WriteSettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.resources.ConnectionProvider;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.http.client.reactive.JdkClientHttpConnector;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientResponseException;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests writes over a real socket, with each HTTP client.
 */
class WritesOverHttpTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	@RegisterExtension
	static final WireMockExtension server = WireMockExtension.newInstance()
		.options(WireMockConfiguration.wireMockConfig().dynamicPort())
		.build();

	@ParameterizedTest
	@EnumSource
	void writeWhenThrottledIsRepeatedWithSameBytesAndKey(Connector connector) {
		answerInTurn(aResponse().withStatus(429).withBody("{\"code\":20429}"), accepted());
		assertThat(write(connector, true).id()).isEqualTo("op-1");
		assertSentTwiceAlike(true);
	}

	@ParameterizedTest
	@EnumSource
	void writeWithoutKeyWhenThrottledIsRepeated(Connector connector) {
		answerInTurn(aResponse().withStatus(429), accepted());
		assertThat(write(connector, false).id()).isEqualTo("op-1");
		assertSentTwiceAlike(false);
	}

	@ParameterizedTest
	@EnumSource
	void writeWithKeyWhenConnectionBreaksIsRepeated(Connector connector) {
		answerInTurn(aResponse().withFault(Fault.EMPTY_RESPONSE), accepted());
		assertThat(write(connector, true).id()).isEqualTo("op-1");
		assertSentTwiceAlike(true);
	}

	@ParameterizedTest
	@EnumSource
	void writeWithoutKeyWhenConnectionBreaksIsNotRepeated(Connector connector) {
		answerInTurn(aResponse().withFault(Fault.EMPTY_RESPONSE), accepted());
		assertThat(failure(connector, false)).isInstanceOf(OperationsUnavailableException.class)
			.hasMessageContaining("has no Idempotency-Key");
		assertThat(requests()).hasSize(1);
	}

	@ParameterizedTest
	@EnumSource
	void writeWhenServerIsUnavailableIsRepeatedOnlyWithKey(Connector connector) {
		answerInTurn(aResponse().withStatus(503).withBody("x"), accepted());
		assertThat(failure(connector, false)).isInstanceOf(OperationsUnavailableException.class)
			.hasMessageContaining("HTTP 503")
			.hasMessageContaining("has no Idempotency-Key");
		assertThat(requests()).hasSize(1);
		server.resetAll();
		answerInTurn(aResponse().withStatus(503).withBody("x"), accepted());
		assertThat(write(connector, true).id()).isEqualTo("op-1");
		assertSentTwiceAlike(true);
	}

	@ParameterizedTest
	@EnumSource
	void writeWhenConflictNamesTheResourceInTheWay(Connector connector) {
		server.stubFor(
				any(anyUrl()).willReturn(aResponse().withStatus(409).withHeader("X-Conflicting-Resource-Id", "cfg_1")));
		assertThat(failure(connector, true)).isInstanceOfSatisfying(OperationsRequestException.class,
				(conflict) -> assertThat(conflict.getConflictingResourceId()).isEqualTo("cfg_1"));
		assertThat(requests()).hasSize(1);
	}

	@ParameterizedTest
	@EnumSource
	void writeWhenConnectionIsRefusedSaysNothingWasSent(Connector connector) throws IOException {
		int port;
		try (ServerSocket free = new ServerSocket(0)) {
			port = free.getLocalPort();
		}
		try (OperationsTemplate template = template(connector, "http://127.0.0.1:" + port, false)) {
			assertThat(catchThrowableOfType(OperationsException.class, () -> write(template).block(MAX_WAIT)))
				.isInstanceOf(OperationsUnavailableException.class)
				.hasMessageContaining("Check operations.base-url (http://127.0.0.1:" + port + ") and the proxy")
				.hasMessageContaining("The request was not sent");
		}
	}

	@ParameterizedTest
	@EnumSource
	void writeWhenBodyIsStreamedIsRepeatedFromItsCopy(Connector connector) {
		answerInTurn(aResponse().withStatus(429), accepted());
		Flux<DataBuffer> parts = Flux.just("{\"a\":", "\"b\"}")
			.map((part) -> DefaultDataBufferFactory.sharedInstance.wrap(part.getBytes(StandardCharsets.UTF_8)));
		try (OperationsTemplate template = template(connector, server.baseUrl(), true)) {
			assertThat(template.getWebClient()
				.post()
				.uri("/v2/x")
				.header("Content-Type", "application/json")
				.body(parts, DataBuffer.class)
				.exchangeToMono(AcceptedOperation::from)
				.map(AcceptedOperation::id)
				.block(MAX_WAIT)).isEqualTo("op-1");
		}
		assertSentTwiceAlike(true);
	}

	@ParameterizedTest
	@EnumSource
	void writeWhenCallerHandlesStatusesGetsResponseWithBody(Connector connector) {
		server.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(400).withBody("no such member")));
		try (OperationsTemplate template = template(connector, server.baseUrl(), true)) {
			WebClientResponseException refusal = catchThrowableOfType(WebClientResponseException.class,
					() -> template.getWebClient().delete().uri("/v2/x").retrieve().toBodilessEntity().block(MAX_WAIT));
			assertThat(refusal.getResponseBodyAsString()).isEqualTo("no such member");
		}
	}

	// The pool has one connection. If the first write did not release it, the next write
	// would wait forever.
	@ParameterizedTest
	@EnumSource
	void writeWhenRepeatedReleasesEachConnection(Connector connector) {
		server.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(429).withBody("{\"code\":20429}")));
		for (int i = 0; i < 3; i++) {
			assertThat(failure(connector, true).getStatusCode()).isEqualTo(429);
		}
		assertThat(requests()).hasSize(9);
	}

	private static void answerInTurn(ResponseDefinitionBuilder first, ResponseDefinitionBuilder second) {
		server.stubFor(any(anyUrl()).inScenario("turns")
			.whenScenarioStateIs(Scenario.STARTED)
			.willReturn(first)
			.willSetStateTo("second"));
		server.stubFor(any(anyUrl()).inScenario("turns").whenScenarioStateIs("second").willReturn(second));
	}

	private static ResponseDefinitionBuilder accepted() {
		return aResponse().withStatus(202).withHeader("Operation-Id", "op-1").withBody("{}");
	}

	private static List<LoggedRequest> requests() {
		return server.findAll(anyRequestedFor(anyUrl()));
	}

	private static void assertSentTwiceAlike(boolean keys) {
		assertThat(requests()).hasSize(2).allSatisfy((request) -> {
			assertThat(request.getBodyAsString()).isEqualTo("{\"a\":\"b\"}");
			assertThat(request.getHeader("Content-Type")).startsWith("application/json");
			assertThat(request.getHeader("Authorization")).startsWith("Basic ");
		});
		List<@Nullable String> sent = new ArrayList<>();
		requests().forEach((request) -> sent.add(request.getHeader("Idempotency-Key")));
		if (keys) {
			assertThat(Set.copyOf(sent)).hasSize(1);
		}
		else {
			assertThat(sent).containsOnlyNulls();
		}
	}

	private static AcceptedOperation write(Connector connector, boolean keys) {
		try (OperationsTemplate template = template(connector, server.baseUrl(), keys)) {
			return Objects.requireNonNull(write(template).block(MAX_WAIT));
		}
	}

	private static OperationsException failure(Connector connector, boolean keys) {
		try (OperationsTemplate template = template(connector, server.baseUrl(), keys)) {
			return catchThrowableOfType(OperationsException.class, () -> write(template).block(MAX_WAIT));
		}
	}

	private static Mono<AcceptedOperation> write(OperationsTemplate template) {
		return template.getWebClient()
			.post()
			.uri("/v2/x")
			.bodyValue(Map.of("a", "b"))
			.exchangeToMono(AcceptedOperation::from);
	}

	private static OperationsTemplate template(Connector connector, String url, boolean keys) {
		return OperationsTemplate.builder(WebClient.builder().clientConnector(connector.connector()))
			.baseUrl(url)
			.credentials(OperationsCredentials.of("SK1", "secret"))
			.retry(new RetrySettings(3, Duration.ofMillis(10), 1, Duration.ofMillis(10), Duration.ofSeconds(1),
					Set.of()))
			.writes(new WriteSettings(true, keys))
			.build();
	}

	/**
	 * Lists the HTTP clients.
	 */
	enum Connector {

		REACTOR, JDK;

		ClientHttpConnector connector() {
			return (this == REACTOR)
					? new ReactorClientHttpConnector(
							reactor.netty.http.client.HttpClient.create(ConnectionProvider.create("one", 1)))
					: new JdkClientHttpConnector(HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build());
		}

	}

}
