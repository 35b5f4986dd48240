package io.operations.autoconfigure.endpoint;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

import io.operations.core.OperationsTemplate;
import io.operations.internal.tracking.ScriptedEndpoint;
import io.operations.internal.tracking.jdbc.PostgresDatabase;
import io.operations.tracking.OperationOutcomeHandler;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackingState;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests that an operator reaches both instances of an application at either of them. They
 * share a PostgreSQL, and the first one polls the tracked operations.
 */
@Tag("slow")
class SharedLeversTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	// More than two of the longest intervals between polls.
	private static final Duration SILENCE = Duration.ofMillis(250);

	private static final String PREFIX = "l" + UUID.randomUUID().toString().substring(0, 8) + "_";

	private static volatile boolean handlerFails;

	private static Instance holder;

	private static Instance other;

	@BeforeAll
	static void start() {
		holder = new Instance("first");
		await().atMost(MAX_WAIT).until(() -> holder.get("").path("holder").asString("").equals("first"));
		other = new Instance("second");
	}

	@AfterEach
	void resume() {
		handlerFails = false;
		holder.post("{\"action\":\"resume\"}");
	}

	@AfterAll
	static void close() {
		List.of(holder, other).forEach((instance) -> instance.context.close());
	}

	// Tests in virtual time hold the second within which the other instance pauses.
	@Test
	void pauseAtOneInstanceStopsThePollsOfTheOtherUntilAnOperatorResumes() {
		Disposable wait = other.context.getBean(OperationsTemplate.class).await("awaited").subscribe((end) -> {
		}, (fault) -> {
		});
		await().atMost(MAX_WAIT).until(() -> other.polls("awaited") > 2);
		assertThat(holder.post("{\"action\":\"pause\",\"duration\":\"PT10M\"}").path("scope").asString())
			.isEqualTo("all instances");
		await().atMost(MAX_WAIT).until(() -> other.pausedBy().equals("operator"));
		untilThePollsStop(other, "awaited");
		int polls = other.polls("awaited");
		assertThat(holder.post("{\"action\":\"resume\"}").path("scope").asString()).isEqualTo("all instances");
		await().atMost(MAX_WAIT).until(() -> other.polls("awaited") > polls);
		assertThat(other.pausedBy()).isEmpty();
		wait.dispose();
	}

	@Test
	void pauseAtTheOtherInstanceStopsThePollsOfTrackedOperations() {
		holder.track("tracked");
		await().atMost(MAX_WAIT).until(() -> holder.polls("tracked") > 2);
		other.post("{\"action\":\"pause\",\"duration\":\"PT10M\"}");
		await().atMost(MAX_WAIT).until(() -> holder.pausedBy().equals("operator"));
		untilThePollsStop(holder, "tracked");
		int polls = holder.polls("tracked");
		other.post("{\"action\":\"resume\"}");
		await().atMost(MAX_WAIT).until(() -> holder.polls("tracked") > polls);
	}

	@Test
	void otherInstanceRedelivers() {
		holder.endpoint().script("one", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		holder.endpoint().script("all", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		handlerFails = true;
		for (String id : List.of("one", "all")) {
			holder.track(id);
			other.until(id, TrackingState.UNDELIVERED);
		}
		assertThat(other.get("").path("holder").asString()).isEqualTo("first");
		handlerFails = false;
		assertThat(other.send("POST", "/one", "").statusCode()).isEqualTo(202);
		holder.until("one", TrackingState.DELIVERED);
		assertThat(other.post("{\"action\":\"redeliver\"}").path("accepted").asInt()).isEqualTo(1);
		holder.until("all", TrackingState.DELIVERED);
	}

	@Test
	void otherInstanceForgetsAnOperationThatTheFirstOnePolls() {
		holder.track("held");
		await().atMost(MAX_WAIT).until(() -> holder.polls("held") > 2);
		assertThat(other.polls("held")).isZero();
		assertThat(other.send("DELETE", "/held", "").statusCode()).isEqualTo(204);
		untilThePollsStop(holder, "held");
		assertThat(holder.send("GET", "/held", "").statusCode()).isEqualTo(404);
	}

	private static void untilThePollsStop(Instance instance, String id) {
		AtomicInteger before = new AtomicInteger(-1);
		await().atMost(MAX_WAIT).pollInterval(SILENCE).until(() -> {
			int polls = instance.polls(id);
			return before.getAndSet(polls) == polls;
		});
	}

	private static final class Instance {

		private final HttpClient client = HttpClient.newHttpClient();

		private final ConfigurableApplicationContext context;

		Instance(String name) {
			this.context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.REACTIVE)
				.properties("server.port=0", "management.endpoints.web.exposure.include=operations",
						"management.endpoint.operations.access=unrestricted",
						"spring.datasource.url=" + PostgresDatabase.DATA_SOURCE.getJdbcUrl(),
						"spring.datasource.hikari.maximum-pool-size=6", "operations.api-key=SK1",
						"operations.api-key-secret=secret", "operations.polling.min-interval=20ms",
						"operations.polling.max-interval=100ms", "operations.rate-limit.requests-per-second=500",
						"operations.tracking.store=jdbc", "operations.tracking.jdbc.initialize-schema=always",
						"operations.tracking.jdbc.table-prefix=" + PREFIX,
						"operations.tracking.jdbc.instance-name=" + name, "operations.tracking.jdbc.look-interval=50ms",
						"operations.tracking.jdbc.flush-interval=50ms", "operations.tracking.jdbc.deliveries=2",
						"operations.tracking.delivery.max-attempts=1")
				.run();
		}

		ScriptedEndpoint endpoint() {
			return this.context.getBean(ScriptedEndpoint.class);
		}

		int polls(String id) {
			return endpoint().polls(id);
		}

		String pausedBy() {
			return get("").path("accounts").path("operations").path("pausedBy").asString("");
		}

		void track(String id) {
			this.context.getBean(OperationTracker.class).track(id, Map.of()).block(MAX_WAIT);
		}

		void until(String id, TrackingState state) {
			OperationTracker tracker = this.context.getBean(OperationTracker.class);
			await().atMost(MAX_WAIT)
				.until(() -> Objects.requireNonNull(tracker.find(id).block(MAX_WAIT)).state() == state);
		}

		JsonNode get(String path) {
			return JsonMapper.shared().readTree(send("GET", path, "").body());
		}

		JsonNode post(String body) {
			return JsonMapper.shared().readTree(send("POST", "", body).body());
		}

		HttpResponse<String> send(String method, String path, String body) {
			String port = this.context.getEnvironment().getProperty("local.server.port");
			HttpRequest request = HttpRequest
				.newBuilder(URI.create("http://localhost:" + port + "/actuator/operations" + path))
				.header("Content-Type", "application/json")
				.method(method, HttpRequest.BodyPublishers.ofString(body))
				.timeout(MAX_WAIT)
				.build();
			try {
				return this.client.send(request, HttpResponse.BodyHandlers.ofString());
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new IllegalStateException(ex);
			}
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration(exclude = FlywayAutoConfiguration.class)
	static class Application {

		@Bean
		ScriptedEndpoint endpoint() {
			return new ScriptedEndpoint();
		}

		@Bean
		WebClientCustomizer scripted(ScriptedEndpoint endpoint) {
			return (builder) -> builder.exchangeFunction(endpoint);
		}

		@Bean
		OperationOutcomeHandler handler() {
			return (outcome) -> {
				if (handlerFails) {
					throw new IllegalStateException("no room");
				}
			};
		}

	}

}
