package io.operations.autoconfigure.endpoint;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.Principal;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import io.operations.OperationsThrottledException;
import io.operations.autoconfigure.endpoint.OperationsEndpointTests.Web;
import io.operations.core.OperationsTemplate;
import io.operations.internal.tracking.ScriptedEndpoint;
import io.operations.resilience.BudgetStore;
import io.operations.tracking.OperationOutcomeHandler;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackingState;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests what an operator can change at the actuator endpoint, over a real port, and the
 * log lines of these changes.
 */
@TestInstance(Lifecycle.PER_CLASS)
@ExtendWith(OutputCaptureExtension.class)
class OperationsLeversTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	private static final String NEARLY_50 = "(50 min|49 min \\d+ s)\\.";

	private static volatile boolean handlerFails;

	private static final ScriptedEndpoint endpoint = new ScriptedEndpoint();

	private final Map<Web, App> apps = new EnumMap<>(Web.class);

	@BeforeAll
	void start() {
		endpoint.others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		for (Web web : Web.values()) {
			this.apps.put(web,
					new App(web.start((web == Web.MVC) ? ServletApplication.class : Application.class,
							"management.endpoints.web.exposure.include=operations",
							"management.endpoint.operations.access=unrestricted",
							"operations.tracking.delivery.max-attempts=1")));
		}
	}

	@BeforeEach
	void resume() {
		handlerFails = false;
		this.apps.values().forEach((app) -> app.post("{\"action\":\"resume\"}"));
	}

	@AfterAll
	void close() {
		this.apps.values().forEach((app) -> app.context.close());
	}

	@ParameterizedTest
	@EnumSource
	void operatorPausesAndResumesAClient(Web web) {
		App app = app(web);
		OperationsTemplate template = app.context.getBean(OperationsTemplate.class);
		Answer paused = app.post("{\"action\":\"pause\",\"client\":\"operations\",\"duration\":\"PT10M\"}");
		assertThat(paused.status()).isEqualTo(200);
		assertThat(paused.body().path("client").asString()).isEqualTo("operations");
		assertThat(Duration.parse(paused.body().path("pausedFor").asString())).isBetween(Duration.ofMinutes(9),
				Duration.ofMinutes(10));
		assertThat(paused.body().path("pausedBy").asString()).isEqualTo("operator");
		assertThat(paused.body().path("scope").asString()).isEqualTo("instance");
		assertThatExceptionOfType(OperationsThrottledException.class)
			.isThrownBy(() -> template.fetch("op").block(MAX_WAIT))
			.withMessageContaining("an operator has paused the client");
		Answer resumed = app.post("{\"action\":\"resume\",\"client\":\"operations\"}");
		assertThat(resumed.status()).isEqualTo(200);
		assertThat(resumed.body().path("pausedFor").asString()).isEqualTo("PT0S");
		assertThat(resumed.body().path("pausedBy").isNull()).isTrue();
		assertThat(template.fetch("op").block(MAX_WAIT)).isNotNull();
	}

	@Test
	void accountShowsWhoPausedTheClient() {
		App app = app(Web.FLUX);
		app.post("{\"action\":\"pause\",\"duration\":\"10m\"}");
		assertThat(app.get("").path("accounts").path("operations").path("pausedBy").asString()).isEqualTo("operator");
		app.post("{\"action\":\"resume\"}");
		assertThat(app.get("").path("accounts").path("operations").path("pausedBy").isNull()).isTrue();
	}

	@Test
	void whenALongerPauseIsOnTheLogSaysWhatHolds(CapturedOutput output) {
		App app = app(Web.FLUX);
		app.post("{\"action\":\"pause\",\"duration\":\"50m\"}");
		Answer shorter = app.post("{\"action\":\"pause\",\"duration\":\"10m\"}");
		assertThat(Duration.parse(shorter.body().path("pausedFor").asString())).isGreaterThan(Duration.ofMinutes(49));
		assertThat(output.getOut()).containsPattern("The user 'anonymous' wanted to pause the client for 10 min in this"
				+ " instance only, but an operator has already paused it for longer. It pauses for another "
				+ NEARLY_50);
	}

	@Test
	void whenStoreHasALongerPauseTheInstanceFollowsIt(CapturedOutput output) {
		try (ConfigurableApplicationContext context = Web.FLUX.start(SharingApplication.class,
				"management.endpoints.web.exposure.include=operations",
				"management.endpoint.operations.access=unrestricted")) {
			App app = new App(context);
			context.getBean(Store.class).left = Duration.ofMinutes(50);
			Answer shorter = app.post("{\"action\":\"pause\",\"duration\":\"10m\"}");
			assertThat(Duration.parse(shorter.body().path("pausedFor").asString()))
				.isGreaterThan(Duration.ofMinutes(49));
			assertThat(output.getOut()).containsPattern("wanted to pause the client for 10 min in all instances, but an"
					+ " operator has already paused it for longer. It pauses for another " + NEARLY_50);
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', value = {
			"{\"action\":\"redeliver\",\"kind\":\"\"} | 'kind' is empty, but it must have 1 to 512 characters.",
			"{\"action\":\"redeliver\",\"id\":\"\"} | 'id' is empty, but it must have 1 to 512 characters.",
			"{} | 'action' is missing. It must be one of: pause, resume, redeliver.",
			"{\"action\":\"stop\"} | 'action' is 'stop', but it must be one of: pause, resume, redeliver.",
			"{\"action\":\"pause\"} | 'duration' is missing. It must be a time from 1 s to 1 h, for example PT10M or 10m.",
			"{\"action\":\"pause\",\"duration\":\"PT2H\"} | 'duration' is 'PT2H', but it must be a time from 1 s to 1 h",
			"{\"action\":\"pause\",\"duration\":\"0s\"} | 'duration' is '0s', but it must",
			"{\"action\":\"pause\",\"duration\":\"600\"} | 'duration' is '600', but it must",
			"{\"action\":\"pause\",\"duration\":\"soon\"} | 'duration' is 'soon', but it must",
			"{\"action\":\"pause\",\"duration\":\"PT1M\",\"client\":\"none\"} | 'client' is 'none', but the clients are: operations.",
			"{\"action\":\"pause\",\"duration\":\"PT1M\",\"kind\":\"k\"} | 'kind' has no effect on the action 'pause'. Leave it out.",
			"{\"action\":\"resume\",\"duration\":\"PT1M\"} | 'duration' has no effect on the action 'resume'. Leave it out.",
			"{\"action\":\"redeliver\",\"id\":\"a\\u0000b\"} | 'id' must be at most 512 characters long" })
	void requestThatIsInvalidIsRejectedWithTheReason(String request, String reason) {
		Answer answer = app(Web.FLUX).post(request);
		assertThat(answer.status()).isEqualTo(400);
		assertThat(answer.body().path("message").asString()).startsWith(reason);
	}

	@ParameterizedTest
	@EnumSource
	void requestWithUnknownFieldChangesNothing(Web web) {
		for (String request : new String[] { "{\"action\":\"redeliver\",\"kinds\":\"k\"}",
				"{\"action\":\"pause\",\"duration\":\"10m\",\"clients\":\"campaigns\"}" }) {
			Answer answer = app(web).post(request);
			assertThat(answer.status()).isEqualTo(400);
			assertThat(answer.body().path("message").asString()).startsWith("Unknown parameter '")
				.endsWith("The permitted parameters are: action, client, duration, kind, id.");
		}
		assertThat(app(web).get("").path("accounts").path("operations").path("pausedBy").isNull()).isTrue();
	}

	@ParameterizedTest
	@EnumSource
	void operatorRedeliversAllUndeliveredThatMatch(Web web) {
		App app = app(web);
		handlerFails = true;
		List<String> ids = List.of("IF1-" + web, "IF2-" + web, "IG1-" + web);
		ids.forEach((id) -> app.track(id, TrackingState.UNDELIVERED));
		handlerFails = false;
		Answer none = app.post("{\"action\":\"redeliver\",\"kind\":\"other\"}");
		assertThat(none.status()).isEqualTo(202);
		assertThat(none.body().path("accepted").asInt(-1)).isZero();
		assertThat(none.body().path("more").asBoolean(true)).isFalse();
		Answer some = app
			.post("{\"action\":\"redeliver\",\"client\":\"operations\",\"kind\":\"configurationId\",\"id\":\"IF\"}");
		assertThat(some.status()).isEqualTo(202);
		assertThat(some.body().path("accepted").asInt()).isEqualTo(2);
		app.until(ids.get(0), TrackingState.DELIVERED);
		app.until(ids.get(1), TrackingState.DELIVERED);
		app.until(ids.get(2), TrackingState.UNDELIVERED);
		assertThat(app.post("{\"action\":\"redeliver\"}").body().path("accepted").asInt()).isEqualTo(1);
		app.until(ids.get(2), TrackingState.DELIVERED);
	}

	@Test
	void eachChangeIsLoggedWithTheUser(CapturedOutput output) {
		App app = app(Web.MVC);
		app.track("logged", TrackingState.DELIVERED);
		app.user = "alice";
		app.post("{\"action\":\"pause\",\"duration\":\"10m\"}");
		app.post("{\"action\":\"resume\"}");
		app.post("{\"action\":\"redeliver\",\"kind\":\"k\",\"id\":\"x\"}");
		app.send("POST", "/logged");
		app.until("logged", TrackingState.DELIVERED);
		app.send("DELETE", "/logged");
		app.send("DELETE", "/operations/logged");
		app.user = null;
		app.send("POST", "/operations/logged");
		assertThat(output.getOut().lines().filter((line) -> line.contains("The user '")))
			.allMatch((line) -> line.contains(" INFO ") && line.contains("io.operations"))
			.extracting((line) -> line.replaceFirst(".*(?=\\[operations\\])", ""))
			.endsWith("[operations] The user 'alice' has paused the client for 10 min in this instance only.",
					"[operations] The user 'alice' has resumed the client in this instance only.",
					"[operations] The user 'alice' has scheduled 0 undelivered outcomes of kind 'k' with ids that begin with"
							+ " 'x' for another delivery.",
					"[operations] The user 'alice' has scheduled the outcome of operation 'logged' for another delivery.",
					"[operations] The user 'alice' has stopped the tracking of operation 'logged'.",
					"[operations] The user 'alice' could not stop the tracking of operation 'logged': No tracked operation"
							+ " has this id.",
					"[operations] The user 'anonymous' could not schedule the outcome of operation 'logged' for another"
							+ " delivery: No tracked operation has this id.");
		assertThat(output.getOut()).doesNotContain("s3cret");
	}

	@Test
	void noNameForgesALogLine(CapturedOutput output) {
		App app = app(Web.MVC);
		app.user = "al\\nice";
		app.send("DELETE", "/id%E2%80%A8x");
		app.user = null;
		assertThat(output.getOut()).contains("The user 'al\\u000aice'", "'id\\u2028x'");
	}

	@Test
	void pauseWithASharedRateAppliesToAllInstances(CapturedOutput output) {
		try (ConfigurableApplicationContext context = Web.FLUX.start(SharingApplication.class,
				"management.endpoints.web.exposure.include=operations",
				"management.endpoint.operations.access=unrestricted")) {
			App app = new App(context);
			Store store = context.getBean(Store.class);
			Answer paused = app.post("{\"action\":\"pause\",\"duration\":\"PT10M\"}");
			assertThat(paused.body().path("scope").asString()).isEqualTo("all instances");
			assertThat(store.left).isEqualTo(Duration.ofMinutes(10));
			store.fails = true;
			Answer failed = app.post("{\"action\":\"resume\"}");
			assertThat(failed.status()).isEqualTo(503);
			assertThat(failed.body().path("message").asString())
				.startsWith("The database of the shared rate limit did not answer in time.")
				.contains("no database");
			assertThat(output.getOut()).contains("could not resume the client: ");
			store.fails = false;
			assertThat(app.post("{\"action\":\"resume\"}").body().path("scope").asString()).isEqualTo("all instances");
			assertThat(store.left).isZero();
		}
	}

	private App app(Web web) {
		return Objects.requireNonNull(this.apps.get(web));
	}

	private static HttpServletRequest withUser(HttpServletRequest request, String user) {
		return new HttpServletRequestWrapper(request) {

			@Override
			public Principal getUserPrincipal() {
				return () -> user.replace("\\n", "\n");
			}

		};
	}

	private record Answer(int status, String text) {

		JsonNode body() {
			return JsonMapper.shared().readTree(this.text);
		}

	}

	private static final class App {

		private final HttpClient client = HttpClient.newHttpClient();

		private final ConfigurableApplicationContext context;

		private @Nullable String user;

		App(ConfigurableApplicationContext context) {
			this.context = context;
		}

		void track(String id, TrackingState state) {
			this.context.getBean(OperationTracker.class).track(id, Map.of("secret", "s3cret")).block(MAX_WAIT);
			until(id, state);
		}

		void until(String id, TrackingState state) {
			OperationTracker tracker = this.context.getBean(OperationTracker.class);
			Awaitility.await()
				.atMost(MAX_WAIT)
				.pollInterval(Duration.ofMillis(10))
				.until(() -> Objects.requireNonNull(tracker.find(id).block(MAX_WAIT)).state() == state);
		}

		JsonNode get(String path) {
			return send(path, (request) -> request.GET()).body();
		}

		Answer post(String body) {
			return send("", (request) -> request.header("Content-Type", "application/json")
				.POST(HttpRequest.BodyPublishers.ofString(body)));
		}

		Answer send(String method, String path) {
			return send(path, (request) -> request.method(method, HttpRequest.BodyPublishers.noBody()));
		}

		private Answer send(String path, Consumer<HttpRequest.Builder> method) {
			String port = this.context.getEnvironment().getProperty("local.server.port");
			HttpRequest.Builder request = HttpRequest
				.newBuilder(URI.create("http://localhost:" + port + "/actuator/operations" + path))
				.timeout(MAX_WAIT);
			method.accept(request);
			if (this.user != null) {
				request.header("X-User", this.user);
			}
			try {
				HttpResponse<String> response = this.client.send(request.build(), HttpResponse.BodyHandlers.ofString());
				return new Answer(response.statusCode(), response.body());
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
	@EnableAutoConfiguration(exclude = { DataSourceAutoConfiguration.class, FlywayAutoConfiguration.class })
	static class Application {

		@Bean
		WebClientCustomizer scripted() {
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

	@Configuration(proxyBeanMethods = false)
	static class ServletApplication extends Application {

		// As an application's security does. A header cannot have a line feed.
		@Bean
		Filter users() {
			return (request, response, chain) -> {
				String user = ((HttpServletRequest) request).getHeader("X-User");
				chain.doFilter((user != null) ? withUser((HttpServletRequest) request, user) : request, response);
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SharingApplication extends Application {

		@Bean
		Store store() {
			return new Store();
		}

		// The end of this application must not end the global resources of the others.
		@Bean
		ReactorResourceFactory ownResources() {
			ReactorResourceFactory factory = new ReactorResourceFactory();
			factory.setUseGlobalResources(false);
			return factory;
		}

	}

	static final class Store implements BudgetStore {

		private volatile Duration left = Duration.ZERO;

		private final AtomicLong resumes = new AtomicLong();

		private volatile boolean fails;

		@Override
		public Mono<Reservation> reserve(String client, int permits, Duration duration, Duration longestDebt) {
			return Mono.just(new Reservation(duration, new Pause(this.left, true, this.resumes.get())));
		}

		@Override
		public Mono<Others> report(String client, boolean sending) {
			return Mono.just(new Others(1, 1, new Pause(this.left, true, this.resumes.get())));
		}

		@Override
		public Mono<Pause> pause(String client, Duration pause, boolean byOperator) {
			return Mono.fromSupplier(() -> {
				this.left = (pause.compareTo(this.left) > 0) ? pause : this.left;
				return new Pause(this.left, true, this.resumes.get());
			});
		}

		@Override
		public Mono<Long> resume(String client) {
			return this.fails ? Mono.error(new IllegalStateException("no database")) : Mono.fromSupplier(() -> {
				this.left = Duration.ZERO;
				return this.resumes.incrementAndGet();
			});
		}

		@Override
		public Mono<Void> leave(String client) {
			return Mono.empty();
		}

	}

}
