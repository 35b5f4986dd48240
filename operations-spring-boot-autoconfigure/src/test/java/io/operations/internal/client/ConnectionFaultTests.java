package io.operations.internal.client;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import com.github.tomakehurst.wiremock.http.Fault;
import io.operations.OperationSnapshot;
import io.operations.OperationsException;
import io.operations.OperationsUnavailableException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.web.reactive.function.client.WebClient;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static org.assertj.core.api.Assertions.assertThat;

class ConnectionFaultTests {

	private static final String HALF = "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"status\": \"RUN";

	@RegisterExtension
	static final Endpoint endpoint = new Endpoint();

	@Test
	void refusedConnectionIsUnavailable() throws IOException {
		URI url;
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			url = URI.create("http://127.0.0.1:" + socket.getLocalPort());
		}
		OperationsException failure = failure(url);
		assertUnavailable(failure);
		assertThat(failure).hasRootCauseInstanceOf(ConnectException.class)
			.hasMessageStartingWith("The request for operation 'proc_job_1' failed with ")
			.hasMessageContaining("Check operations.base-url (" + url + ") and the proxy");
	}

	@Test
	void unknownHostIsUnavailable() {
		assertUnavailable(failure(URI.create("http://no-such-host.invalid")));
	}

	@ParameterizedTest
	@EnumSource(Fault.class)
	void faultOfTheExchangeIsUnavailable(Fault fault) {
		endpoint.answers(aResponse().withStatus(200).withBody("{\"status\": \"RUNNING\"}").withFault(fault));
		assertUnavailable(endpoint.failure());
	}

	@Test
	void resetInMidBodyIsUnavailable() throws IOException {
		try (SilentServer server = new SilentServer("HTTP/1.1 200 OK\r\n" + HALF, true)) {
			assertUnavailable(failure(server.url()));
		}
	}

	@Test
	void errorStatusIsKeptWhenItsBodyIsReset() throws IOException {
		try (SilentServer server = new SilentServer(
				"HTTP/1.1 404 Not Found\r\nTwilio-Request-Id: RQ1\r\nContent-Length: 1000\r\n\r\n{", true)) {
			OperationsException failure = failure(server.url());
			// The reset may arrive before the headers, which the client then never sees.
			if (failure.getStatusCode() != null) {
				assertThat(failure.getStatusCode()).isEqualTo(404);
				assertThat(failure.getRequestId()).isEqualTo("RQ1");
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\n" + HALF })
	void noCompleteAnswerInTimeIsUnavailable(String answer) throws Exception {
		VirtualTimeScheduler time = VirtualTimeScheduler.create();
		CompletableFuture<Void> reading = new CompletableFuture<>();
		try (SilentServer server = new SilentServer(answer, false)) {
			CompletableFuture<@Nullable OperationSnapshot> fetch = Endpoint
				.fetcher(telling(reading), server.url(), time)
				.fetch(Endpoint.ID)
				.toFuture();
			(answer.endsWith(HALF) ? reading : server.sent()).get(30, TimeUnit.SECONDS);
			time.advanceTimeBy(Endpoint.REQUEST_TIMEOUT.minusMillis(1));
			assertThat(fetch).isNotDone();
			time.advanceTimeBy(Duration.ofMillis(1));
			Throwable failure = fetch.handle((snapshot, fault) -> fault).get(30, TimeUnit.SECONDS);
			assertThat(failure)
				.isInstanceOfSatisfying(OperationsException.class, ConnectionFaultTests::assertUnavailable)
				.hasMessageContaining("no complete response within 15s (operations.http.request-timeout)")
				.hasRootCauseInstanceOf(TimeoutException.class);
			server.left().get(30, TimeUnit.SECONDS);
		}
	}

	@Test
	void cancelEndsTheExchange() throws Exception {
		CompletableFuture<Void> reading = new CompletableFuture<>();
		try (SilentServer server = new SilentServer("HTTP/1.1 200 OK\r\n" + HALF, false)) {
			CompletableFuture<@Nullable OperationSnapshot> fetch = Endpoint
				.fetcher(telling(reading), server.url(), Schedulers.parallel())
				.fetch(Endpoint.ID)
				.toFuture();
			reading.get(30, TimeUnit.SECONDS);
			assertThat(fetch.cancel(true)).isTrue();
			server.left().get(30, TimeUnit.SECONDS);
		}
	}

	@Test
	void faultThatAFilterRaisesIsUnavailable() {
		OperationsException failure = Endpoint.failure(endpoint.fetcher(WebClient.builder().filter((request, next) -> {
			throw new IllegalStateException("No\ncredentials");
		})), Endpoint.ID);
		assertUnavailable(failure);
		assertThat(failure).hasMessageContaining("IllegalStateException: No\\u000acredentials");
		assertThat(endpoint.requests()).isEmpty();
	}

	// Between the headers and the first byte of the body, Spring reads a cancelled body
	// to its end instead of closing the connection. This test needs a body that stops.
	private static WebClient.Builder telling(CompletableFuture<Void> reading) {
		return WebClient.builder()
			.filter((request, next) -> next.exchange(request)
				.map((response) -> response.mutate()
					.body((body) -> body.doOnNext((part) -> reading.complete(null)))
					.build()));
	}

	private static OperationsException failure(URI url) {
		return Endpoint.failure(Endpoint.fetcher(WebClient.builder(), url, Schedulers.parallel()), Endpoint.ID);
	}

	private static void assertUnavailable(OperationsException failure) {
		assertThat(failure).isInstanceOf(OperationsUnavailableException.class);
		assertThat(failure.getStatusCode()).isNull();
		assertThat(failure.getCode()).isNull();
		assertThat(failure.getServerMessage()).isNull();
		assertThat(failure.getRequestId()).isNull();
		assertThat(failure.getRetryAfter()).isNull();
		assertThat(failure.getOperationId()).isEqualTo(Endpoint.ID);
		assertThat(failure.isTransient()).isTrue();
	}

}
