package io.operations.autoconfigure;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.operations.Operation;
import io.operations.OperationsClosedException;
import io.operations.core.OperationsTemplate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What becomes of waits when an application with a web server is told to stop.
 */
@Timeout(60)
class GracefulShutdownTests {

	private final HttpClient client = HttpClient.newHttpClient();

	@ParameterizedTest
	@EnumSource(names = { "REACTIVE", "SERVLET" })
	void waitsGoOnThroughTheGraceOfTheServerAndAreRefusedAfterIt(WebApplicationType type) throws Exception {
		try (ConfigurableApplicationContext context = start(type, "30s")) {
			Endpoint endpoint = context.getBean(Endpoint.class);
			CompletableFuture<HttpResponse<String>> request = request(context);
			endpoint.polled.await();
			CompletableFuture<Void> closing = CompletableFuture.runAsync(context::close);
			context.getBean(BeforeGrace.class).stopped.await();
			CompletableFuture<@Nullable Operation> begunLate = context.getBean(OperationsTemplate.class)
				.await("late")
				.toFuture();
			// The grace is over when the request is, so the other wait must end before.
			endpoint.statusOfLate = "COMPLETED";
			assertThat(begunLate.get(20, TimeUnit.SECONDS).id()).isEqualTo("late");
			endpoint.status = "COMPLETED";
			assertThat(request.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
			closing.get(20, TimeUnit.SECONDS);
			assertThat(endpoint.afterGrace).isInstanceOf(OperationsClosedException.class);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "REACTIVE", "SERVLET" })
	@SuppressWarnings("try")
	void waitsThatOutlastTheGraceEndBeforeTheServerIsClosed(WebApplicationType type) throws Exception {
		try (ConfigurableApplicationContext context = start(type, "300ms")) {
			Endpoint endpoint = context.getBean(Endpoint.class);
			CompletableFuture<HttpResponse<String>> request = request(context);
			endpoint.polled.await();
			CompletableFuture<@Nullable Operation> waiting = context.getBean(OperationsTemplate.class)
				.await("op")
				.toFuture();
			endpoint.waiting = waiting;
			context.close();
			assertThat(waiting).isCompletedExceptionally();
			assertThat(endpoint.endedByThen).isTrue();
			request.exceptionally((fault) -> null).get(20, TimeUnit.SECONDS);
		}
	}

	private CompletableFuture<HttpResponse<String>> request(ConfigurableApplicationContext context) {
		String port = context.getEnvironment().getProperty("local.server.port");
		return this.client.sendAsync(HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/wait")).build(),
				HttpResponse.BodyHandlers.ofString());
	}

	private static ConfigurableApplicationContext start(WebApplicationType type, String grace) {
		return new SpringApplicationBuilder(Application.class).web(type)
			.properties("server.port=0", "server.shutdown=graceful", "spring.main.banner-mode=off",
					"spring.lifecycle.timeout-per-shutdown-phase=" + grace, "operations.api-key=SK1",
					"operations.api-key-secret=secret", "operations.polling.min-interval=50ms",
					"operations.polling.max-interval=100ms",
					"spring.autoconfigure.exclude="
							+ "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration")
			.run();
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Endpoint endpoint() {
			return new Endpoint();
		}

		@Bean
		WebClientCustomizer customizer(Endpoint endpoint) {
			return (builder) -> builder.exchangeFunction((request) -> endpoint.answer(request));
		}

		@Bean
		BeforeGrace beforeGrace() {
			return new BeforeGrace();
		}

		@Bean
		AfterGrace afterGrace(OperationsTemplate template, Endpoint endpoint) {
			return new AfterGrace(template, endpoint);
		}

		@Bean
		Waiting waiting(OperationsTemplate template) {
			return new Waiting(template);
		}

	}

	@RestController
	static class Waiting {

		private final OperationsTemplate template;

		Waiting(OperationsTemplate template) {
			this.template = template;
		}

		@GetMapping("/wait")
		Mono<String> waitForIt() {
			return this.template.await("op", Duration.ofMinutes(5)).map(Operation::id);
		}

	}

	static class Endpoint {

		final CountDownLatch polled = new CountDownLatch(1);

		volatile String status = "RUNNING";

		volatile String statusOfLate = "RUNNING";

		volatile @Nullable Throwable afterGrace;

		volatile CompletableFuture<@Nullable Operation> waiting = new CompletableFuture<>();

		volatile boolean endedByThen;

		Mono<ClientResponse> answer(ClientRequest request) {
			this.polled.countDown();
			return Mono.fromSupplier(() -> ClientResponse.create(HttpStatus.OK)
				.header(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON_VALUE)
				.body("{\"status\": \"" + (request.url().getPath().endsWith("/late") ? this.statusOfLate : this.status)
						+ "\"}")
				.build());
		}

	}

	static class Stopping implements SmartLifecycle {

		private final int phase;

		private volatile boolean running;

		Stopping(int phase) {
			this.phase = phase;
		}

		@Override
		public void start() {
			this.running = true;
		}

		@Override
		public void stop() {
			this.running = false;
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

		@Override
		public int getPhase() {
			return this.phase;
		}

	}

	static final class BeforeGrace extends Stopping {

		final CountDownLatch stopped = new CountDownLatch(1);

		BeforeGrace() {
			super(WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE + 1);
		}

		@Override
		public void stop() {
			super.stop();
			this.stopped.countDown();
		}

	}

	static final class AfterGrace extends Stopping {

		private final OperationsTemplate template;

		private final Endpoint endpoint;

		AfterGrace(OperationsTemplate template, Endpoint endpoint) {
			super(WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE + 1);
			this.template = template;
			this.endpoint = endpoint;
		}

		@Override
		public void stop() {
			super.stop();
			this.endpoint.endedByThen = this.endpoint.waiting.isDone();
			this.template.await("refused").subscribe((operation) -> {
			}, (fault) -> this.endpoint.afterGrace = fault);
		}

	}

}
