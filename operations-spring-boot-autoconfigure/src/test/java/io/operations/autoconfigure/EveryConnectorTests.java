package io.operations.autoconfigure;

import java.time.Duration;
import java.util.Map;

import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.operations.AcceptedOperation;
import io.operations.Operation;
import io.operations.OperationStatus;
import io.operations.OperationsException;
import io.operations.OperationsUnavailableException;
import io.operations.core.OperationsTemplate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.lessThanOrExactly;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * The exchange over each connector that Spring Boot offers. The server counts the
 * requests: no client repeats any by itself.
 */
@ParameterizedClass
@ValueSource(strings = { "reactor", "jdk", "http-components", "jetty" })
class EveryConnectorTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	@RegisterExtension
	static final WireMockExtension server = WireMockExtension.newInstance()
		.options(WireMockConfiguration.wireMockConfig().dynamicPort())
		.build();

	@SuppressWarnings("NullAway.Init")
	private static ConfigurableApplicationContext context;

	private final String connector;

	EveryConnectorTests(String connector) {
		this.connector = connector;
	}

	@BeforeParameterizedClassInvocation
	static void start(String connector) {
		context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("operations.base-url=" + server.baseUrl(), "operations.api-key=SK1",
					"operations.api-key-secret=secret", "operations.retry.enabled=false",
					"operations.polling.min-interval=50ms", "spring.http.clients.reactive.connector=" + connector)
			.run();
	}

	@AfterParameterizedClassInvocation
	static void stop() {
		context.close();
	}

	@Test
	void operationIsFetchedAndAwaited() {
		server.stubFor(any(anyUrl()).willReturn(okJson("{\"status\":\"COMPLETED\"}")));
		assertThat(template().fetch("a").map(Operation::status).block(LIMIT)).isEqualTo(OperationStatus.COMPLETED);
		assertThat(template().await("a").map(Operation::status).block(LIMIT)).isEqualTo(OperationStatus.COMPLETED);
		server.verify(2, anyRequestedFor(anyUrl()));
	}

	@ParameterizedTest
	@CsvSource({ "401, OperationsAuthenticationException", "403, OperationsAuthenticationException",
			"404, OperationNotFoundException", "429, OperationsThrottledException",
			"503, OperationsUnavailableException", "302, OperationsRequestException" })
	void statusOfAFetchIsReadFromOneRequest(int status, String exception) {
		respond(status);
		OperationsException fault = fault(template().fetch("a"));
		assertThat(fault.getClass().getSimpleName()).isEqualTo(exception);
		assertThat(fault.getStatusCode()).isEqualTo(status);
		server.verify(1, anyRequestedFor(anyUrl()));
	}

	@ParameterizedTest
	@ValueSource(ints = { 401, 429, 503 })
	void refusedWriteIsSentOnce(int status) {
		respond(status);
		assertThat(fault(template().getWebClient().delete().uri("/v2/x").exchangeToMono(AcceptedOperation::from))
			.getStatusCode()).isEqualTo(status);
		assertThat(fault(template().getWebClient()
			.post()
			.uri("/v2/x")
			.bodyValue(Map.of("a", "b"))
			.exchangeToMono(AcceptedOperation::from)).getStatusCode()).isEqualTo(status);
		server.verify(2, anyRequestedFor(anyUrl()));
	}

	@Test
	void unreadableMediaTypeLosesNothing() {
		server.stubFor(any(anyUrl())
			.willReturn(aResponse().withHeader("Content-Type", "nonsense").withBody("{\"status\":\"RUNNING\"}")));
		assertThat(template().fetch("a").map(Operation::status).block(LIMIT)).isEqualTo(OperationStatus.RUNNING);
		server.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(202)
			.withHeader("Content-Type", "nonsense")
			.withBody("{\"operationId\":\"a\",\"related\":{\"configurationId\":\"b\"}}")));
		assertThat(template().getWebClient()
			.delete()
			.uri("/v2/x")
			.exchangeToMono(AcceptedOperation::from)
			.map(AcceptedOperation::related)
			.block(LIMIT)).isEqualTo(Map.of("configurationId", "b"));
	}

	@Test
	void connectionThatIsResetIsUnavailable() {
		server.stubFor(any(anyUrl()).willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)));
		assertThat(fault(template().fetch("a"))).isInstanceOf(OperationsUnavailableException.class);
		// The JDK's client may repeat a GET, and has no switch of its own for it.
		server.verify(lessThanOrExactly(this.connector.equals("jdk") ? 2 : 1), anyRequestedFor(anyUrl()));
	}

	private static void respond(int status) {
		server.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(status)
			.withHeader("Retry-After", "0")
			.withHeader("Location", server.baseUrl() + "/elsewhere")));
	}

	private static OperationsException fault(Mono<?> call) {
		return catchThrowableOfType(OperationsException.class, () -> call.block(LIMIT));
	}

	private static OperationsTemplate template() {
		return context.getBean(OperationsTemplate.class);
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ SslAutoConfiguration.class, ReactiveHttpClientAutoConfiguration.class,
			WebClientAutoConfiguration.class, OperationsAutoConfiguration.class })
	static class Application {

	}

}
