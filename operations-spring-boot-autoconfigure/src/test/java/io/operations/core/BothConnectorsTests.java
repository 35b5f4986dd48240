package io.operations.core;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import io.operations.AcceptedOperation;
import io.operations.OperationsCredentials;
import io.operations.OperationsException;
import io.operations.OperationsListener;
import io.operations.RawServer;
import io.operations.resilience.RateLimitSettings;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.netty.transport.ProxyProvider;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.http.client.reactive.JdkClientHttpConnector;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests responses whose headers arrive but whose announced body does not, and responses
 * of proxies, with each HTTP client.
 */
class BothConnectorsTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);

	private final VirtualTimeScheduler scheduler = VirtualTimeScheduler.create();

	private final Semaphore heads = new Semaphore(0);

	private final List<Duration> pauses = new CopyOnWriteArrayList<>();

	private String answer = "";

	private final RawServer server = new RawServer((request, out) -> out.send(this.answer));

	@AfterEach
	void close() throws IOException {
		this.server.close();
		this.scheduler.dispose();
	}

	@ParameterizedTest
	@CsvSource({ "REACTOR, 429", "JDK, 429", "REACTOR, 401", "JDK, 401", "REACTOR, 503", "JDK, 503", "REACTOR, 302",
			"JDK, 201" })
	void fetchWhenErrorBodyNeverArrivesReportsItsStatus(Connector connector, int status) {
		this.answer = RawServer.head(status + " X", "Retry-After: 20", "Twilio-Request-Id: RQ1", "Content-Length: 100")
				+ ((status == 503) ? "{\"code\":" : "");
		try (OperationsTemplate template = template(connector, this.server.url().toString())) {
			OperationsException failure = failure(() -> whenTimedOut(template.fetch("x")));
			assertThat(failure.getStatusCode()).isEqualTo(status);
			assertThat(failure.getRequestId()).isEqualTo("RQ1");
			assertThat(failure.getRetryAfter()).isEqualTo(Duration.ofSeconds(20));
			assertThat(this.pauses).isEqualTo((status == 429) ? List.of(Duration.ofSeconds(20)) : List.of());
			assertConnectionIsClosed(connector);
		}
	}

	@ParameterizedTest
	@CsvSource({ "REACTOR, ''", "JDK, ''", "REACTOR, '{\"related\":'", "JDK, '{\"related\":'" })
	void writeWhenBodyNeverArrivesReadsOperationFromHeaders(Connector connector, String part) throws Exception {
		this.answer = RawServer.head("202 Accepted", "Operation-Id: x", "Retry-After: 2",
				"Content-Type: application/json", "Content-Length: 100") + part;
		try (OperationsTemplate template = template(connector, this.server.url().toString())) {
			AcceptedOperation accepted = whenTimedOut(write(template));
			assertThat(accepted.id()).isEqualTo("x");
			assertThat(accepted.retryAfter()).isEqualTo(Duration.ofSeconds(2));
			assertConnectionIsClosed(connector);
		}
	}

	// Spring's connector for the JDK's client shares the body among its readers. It does
	// not cancel the body when the last reader cancels, so the server closes the
	// connection.
	private void assertConnectionIsClosed(Connector connector) {
		if (connector == Connector.REACTOR) {
			await().atMost(MAX_WAIT).until(() -> this.server.openConnections() == 0);
		}
	}

	@ParameterizedTest
	@EnumSource
	void writeWhenErrorBodyNeverArrivesReportsItsStatus(Connector connector) {
		this.answer = RawServer.head("429 X", "Retry-After: 20", "Content-Length: 100");
		try (OperationsTemplate template = template(connector, this.server.url().toString())) {
			OperationsException failure = failure(() -> whenTimedOut(write(template)));
			assertThat(failure.getStatusCode()).isEqualTo(429);
			assertThat(failure.getRetryAfter()).isEqualTo(Duration.ofSeconds(20));
		}
	}

	@ParameterizedTest
	@EnumSource
	void exchangeWhenItHasEndedLogsNoDroppedError(Connector connector) throws Exception {
		List<Throwable> dropped = new CopyOnWriteArrayList<>();
		Hooks.onErrorDropped(dropped::add);
		try (OperationsTemplate template = template(connector, this.server.url().toString())) {
			assertThat(failure(() -> whenUnanswered(template.fetch("x"), 1))).hasMessageContaining("request-timeout");
			assertThat(failure(() -> whenUnanswered(template.await("x", REQUEST_TIMEOUT.dividedBy(2)), 2)))
				.hasMessageContaining("x");
			await().atMost(MAX_WAIT).until(() -> this.server.openConnections() == 0);
			assertThat(dropped).isEmpty();
		}
		finally {
			Hooks.resetOnErrorDropped();
		}
	}

	@ParameterizedTest
	@CsvSource({ "REACTOR, http", "JDK, http", "REACTOR, https", "JDK, https" })
	void fetchWhenProxyRequiresCredentialsFailsTransiently(Connector connector, String scheme) {
		this.answer = RawServer.head("407 Proxy Authentication Required", "Proxy-Authenticate: Basic realm=\"p\"",
				"Content-Length: 0");
		try (OperationsTemplate template = template(connector.behind(this.server.url()), scheme + "://api.invalid")) {
			assertRefusedByProxy(failure(() -> template.fetch("x").block(MAX_WAIT)));
			assertThat(this.server.requests()).hasSize(1);
			assertRefusedByProxy(failure(() -> write(template).block(MAX_WAIT)));
		}
	}

	private static void assertRefusedByProxy(OperationsException failure) {
		assertThat(failure.getClass().getSimpleName()).isEqualTo("OperationsUnavailableException");
		assertThat(failure).hasMessageContaining("HTTP 407").hasMessageContaining("A proxy requires credentials");
		assertThat(failure.getStatusCode()).isEqualTo(407);
		assertThat(failure.isTransient()).isTrue();
	}

	private OperationsTemplate template(Connector connector, String url) {
		return template(connector.direct(), url);
	}

	private OperationsTemplate template(ClientHttpConnector connector, String url) {
		ClientHttpConnector announcing = (method, uri, request) -> connector.connect(method, uri, request)
			.doAfterTerminate(this.heads::release);
		return OperationsTemplate.builder(WebClient.builder().clientConnector(announcing))
			.baseUrl(url)
			.allowInsecure(true)
			.credentials(OperationsCredentials.of("SK1", "secret"))
			.requestTimeout(REQUEST_TIMEOUT)
			.retryEnabled(false)
			// The rate limiter uses the real time, and a write needs a permit, too.
			.rateLimit(new RateLimitSettings(100_000, 16, 100))
			.scheduler(this.scheduler)
			.listener(new OperationsListener() {

				@Override
				public void pauseBegan(String client, Duration pause) {
					BothConnectorsTests.this.pauses.add(pause);
				}

			})
			.build();
	}

	private static Mono<AcceptedOperation> write(OperationsTemplate template) {
		return template.getWebClient()
			.post()
			.uri("/v2/ControlPlane/Configurations")
			.bodyValue(Map.of())
			.exchangeToMono(AcceptedOperation::from);
	}

	// The timeout passes once the client has the headers, however long they take on this
	// machine.
	private <T> T whenTimedOut(Mono<T> call) throws Exception {
		CompletableFuture<@Nullable T> result = call.toFuture();
		assertThat(this.heads.tryAcquire(MAX_WAIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
		return afterTimeout(result);
	}

	private <T> T whenUnanswered(Mono<T> call, int requests) throws Exception {
		CompletableFuture<@Nullable T> result = call.toFuture();
		await().atMost(MAX_WAIT).until(() -> {
			this.scheduler.advanceTimeBy(Duration.ofMillis(100));
			return this.server.requests().size() == requests;
		});
		return afterTimeout(result);
	}

	private <T> T afterTimeout(CompletableFuture<@Nullable T> result) throws Exception {
		this.scheduler.advanceTimeBy(REQUEST_TIMEOUT);
		try {
			return Objects.requireNonNull(result.get(MAX_WAIT.toSeconds(), TimeUnit.SECONDS));
		}
		catch (ExecutionException ex) {
			throw (Exception) ex.getCause();
		}
	}

	private static OperationsException failure(ThrowingCallable call) {
		return Objects.requireNonNull(catchThrowableOfType(OperationsException.class, call));
	}

	/**
	 * Lists the HTTP clients.
	 */
	enum Connector {

		REACTOR, JDK;

		ClientHttpConnector direct() {
			return (this == REACTOR) ? new ReactorClientHttpConnector() : new JdkClientHttpConnector();
		}

		ClientHttpConnector behind(URI proxy) {
			if (this == REACTOR) {
				return new ReactorClientHttpConnector(reactor.netty.http.client.HttpClient.create()
					.proxy((spec) -> spec.type(ProxyProvider.Proxy.HTTP).host(proxy.getHost()).port(proxy.getPort())));
			}
			return new JdkClientHttpConnector(HttpClient.newBuilder()
				.proxy(ProxySelector.of(new InetSocketAddress(proxy.getHost(), proxy.getPort())))
				.build());
		}

	}

}
