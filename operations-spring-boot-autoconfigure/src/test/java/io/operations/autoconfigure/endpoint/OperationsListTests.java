package io.operations.autoconfigure.endpoint;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

import io.operations.actuate.OperationDescriptor;
import io.operations.actuate.OperationsActivities;
import io.operations.actuate.OperationsDescriptor;
import io.operations.actuate.OperationsEndpoint;
import io.operations.core.OperationsTemplate;
import io.operations.internal.tracking.ScriptedEndpoint;
import io.operations.internal.tracking.TrackedClients;
import io.operations.tracking.OperationOutcomeHandler;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingFilter;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.boot.web.server.context.ServerPortInfoApplicationContextInitializer;
import org.springframework.boot.web.server.reactive.context.AnnotationConfigReactiveWebServerApplicationContext;
import org.springframework.boot.web.server.servlet.context.AnnotationConfigServletWebServerApplicationContext;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationConfigRegistry;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What an operator finds in the list of the actuator endpoint, over a real port. The
 * tests of one web stack share an application, which has no operation when a test begins.
 */
@Tag("slow")
class OperationsListTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	private static final Map<Web, App> apps = new EnumMap<>(Web.class);

	private static volatile ScriptedEndpoint endpoint = new ScriptedEndpoint();

	private final Disposable.Composite waits = Disposables.composite();

	@AfterEach
	void begin() {
		this.waits.dispose();
		apps.values().forEach(App::forgetAll);
		endpoint = new ScriptedEndpoint();
	}

	@AfterAll
	static void close() {
		apps.values().forEach((app) -> app.context.close());
		apps.clear();
	}

	@ParameterizedTest
	@EnumSource
	void listHasWaitsAndTrackedOperationsInOneForm(Web web) {
		App app = app(web);
		app.await("waited", this.waits);
		app.await("waited", this.waits);
		app.until("?status=RUNNING", "waited");
		app.track("tracked");
		app.until("?status=RUNNING", "waited", "tracked");
		JsonNode body = app.get("").body();
		assertThat(ids(body)).containsExactly("waited", "tracked");
		JsonNode waited = body.path("operations").path(0);
		JsonNode tracked = body.path("operations").path(1);
		assertThat(names(waited)).isEqualTo(names(tracked));
		assertThat(waited.path("client").asString()).isEqualTo("operations");
		assertThat(waited.path("state").asString()).isEqualTo("AWAITED");
		assertThat(waited.path("waits").asInt()).isEqualTo(2);
		assertThat(waited.path("kind").asString()).isEqualTo("configurationId");
		assertThat(waited.path("related").path("configurationId").asString()).isEqualTo("cfg_1");
		assertThat(waited.path("polls").asInt()).isPositive();
		assertThat(waited.path("attempts").asInt(-1)).isZero();
		assertThat(waited.path("outcome").isNull()).isTrue();
		assertThat(Duration.parse(waited.path("age").asString())).isPositive();
		Instant since = Instant.parse(waited.path("since").asString());
		assertThat(Instant.parse(waited.path("deadline").asString()))
			.isAfterOrEqualTo(since.plus(Duration.ofMinutes(10)));
		assertThat(Instant.parse(waited.path("nextDue").asString())).isAfter(since);
		assertThat(tracked.path("state").asString()).isEqualTo("TRACKED");
		assertThat(tracked.path("waits").asInt(-1)).isZero();
		assertThat(app.get("/waited").body().path("state").asString()).isEqualTo("AWAITED");
		assertThat(app.get("/operations/waited").body().path("waits").asInt()).isEqualTo(2);
		assertThat(Instant.parse(body.path("time").asString())).isAfterOrEqualTo(since);
	}

	@ParameterizedTest
	@EnumSource
	void operationThatIsAwaitedAndTrackedIsTwoRows(Web web) {
		App app = app(web);
		app.track("both");
		app.await("both", this.waits);
		app.until("?state=awaited", "both");
		List<JsonNode> rows = app.get("").body().path("operations").valueStream().toList();
		assertThat(rows).extracting((row) -> row.path("state").asString())
			.containsExactlyInAnyOrder("AWAITED", "TRACKED");
		assertThat(rows).extracting((row) -> row.path("waits").asInt()).containsExactly(1, 1);
		assertThat(app.get("/both").body().path("state").asString()).isEqualTo("TRACKED");
		assertThat(app.get("/both").body().path("waits").asInt()).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource
	void filtersSelectByStateStatusKindAndId(Web web) {
		endpoint.script("queued", (poll) -> ScriptedEndpoint.status("QUEUED"));
		endpoint.script("done", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		App app = app(web);
		app.await("wait1", this.waits);
		app.await("queued", this.waits);
		app.track("run");
		app.track("done");
		app.until("?state=delivered", "done");
		app.until("?status=RUNNING", "wait1", "run");
		app.until("?status=pending", "queued");
		app.until("?state=awaited", "wait1", "queued");
		app.until("?state=TRACKED", "run");
		app.until("?state=undelivered");
		app.until("?status=COMPLETED", "done");
		app.until("?id=wa", "wait1");
		app.until("?id=%25");
		app.until("?id=run", "run");
		app.until("?kind=configurationId&state=awaited", "wait1", "queued");
		app.until("?kind=other");
	}

	@ParameterizedTest
	@EnumSource
	void operationThatNeverEndsIsFoundAsStuck(Web web) {
		App app = app(web);
		app.await("waited", this.waits);
		app.track("tracked");
		app.until("?stuck=true", "waited", "tracked");
		app.await("new", this.waits);
		app.until("?stuck=false", "new");
		JsonNode body = app.get("?stuck=true&state=awaited").body();
		assertThat(ids(body)).containsExactly("waited");
		assertThat(body.path("operations").path(0).path("stuck").asBoolean()).isTrue();
		assertThat(body.path("operations").path(0).path("problem").asString())
			.startsWith("The operation has been running for ");
		assertThat(app.get("/tracked").body().path("problem").asString())
			.startsWith("The operation has been running for ");
		assertThat(app.get("/new").body().path("problem").isNull()).isTrue();
	}

	@ParameterizedTest
	@EnumSource
	void deliveryThatFailsIsFoundAsFailing(Web web) {
		endpoint.script("bad1", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		App app = app(web);
		app.track("good");
		app.track("bad1");
		app.await("waited", this.waits);
		app.until("?failing=true", "bad1");
		app.until("?failing=false", "good", "waited");
		JsonNode body = app.get("?failing=true&state=ended").body();
		assertThat(body.path("operations").path(0).path("deliveryFault").asString())
			.isEqualTo("java.lang.IllegalStateException");
		assertThat(body.path("operations").path(0).path("problem").asString())
			.matches("The (delivery of the outcome has failed|last attempt to deliver the outcome failed).*:"
					+ " java\\.lang\\.IllegalStateException\\. (The next|Another) attempt is due.*\\.");
		assertThat(app.get("/good").body().path("problem").isNull()).isTrue();
		// Requests share the figures of the store for three seconds.
		Awaitility.await().atMost(MAX_WAIT).untilAsserted(() -> {
			JsonNode tracking = app.get("?size=0").body().path("tracking");
			assertThat(tracking.path("failing").asInt()).isEqualTo(1);
			assertThat(tracking.path("ended").asInt()).isEqualTo(1);
			assertThat(tracking.path("undelivered").asInt(-1)).isZero();
		});
	}

	@ParameterizedTest
	@EnumSource
	void pagesHaveTheOldestFirstAndDeliveredOnesLastAndLeaveNoneOut(Web web) {
		endpoint.script("done1", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		endpoint.script("done2", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		App app = app(web);
		List<String> expected = new ArrayList<>();
		app.track("done1");
		app.track("done2");
		app.until("?state=delivered", "done1", "done2");
		for (int i = 9; i > 0; i--) {
			if (i % 2 == 0) {
				app.track("op" + i);
			}
			else {
				app.await("op" + i, this.waits);
			}
			expected.add("op" + i);
			app.tick();
		}
		expected.addAll(List.of("done1", "done2"));
		for (int size : new int[] { 1, 2, 3, 10, 11, 50 }) {
			assertThat(app.pages("", size)).as("size %s", size).isEqualTo(expected);
		}
		assertThat(app.pages("&state=awaited", 2)).containsExactly("op9", "op7", "op5", "op3", "op1");
	}

	@ParameterizedTest
	@EnumSource
	void cursorStaysValidIfItsOperationLeaves(Web web) {
		App app = app(web);
		for (String id : List.of("c", "b", "a")) {
			app.track(id);
			app.tick();
		}
		String next = app.get("?size=1").body().path("next").asString();
		app.context.getBean(OperationTracker.class).forget("c").block(MAX_WAIT);
		assertThat(ids(app.get("?size=1&after=" + next).body())).containsExactly("b");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"',
			textBlock = """
					?stuk=true | Unknown parameter 'stuk'. The permitted parameters are: client, kind, state, status, stuck, failing, id, order, after, size.
					/op?verbose=true | Unknown parameter 'verbose'. The permitted parameters are: id.
					/operations/op?x | Unknown parameter 'x'. The permitted parameters are: client, id.
					?stuck=true&stuck=false | Parameter 'stuck' has 2 values. Pass one value.
					?stuck=yes | 'stuck' is 'yes', but the permitted values are: true, false.
					?kind= | 'kind' is empty, but it must have 1 to 512 characters. Give it a value, or leave it out.
					?id= | 'id' is empty, but it must have 1 to 512 characters. Give it a value, or leave it out.
					?client= | 'client' is empty, but it must have 1 to 512 characters. Give it a value, or leave it out.
					?failing= | 'failing' is '', but the permitted values are: true, false.
					?state=nonsense | 'state' is 'nonsense', but the permitted values are: awaited, tracked, ended, undelivered, delivered.
					?status=busy | 'status' is 'busy', but the permitted values are: pending, running, completed, failed, cancelled, unknown.
					?order=id | 'order' is 'id', but the permitted values are: age, next-poll.
					?size=501 | 'size' is '501', but it must be a number from 0 to 500.
					?size=-1 | 'size' is '-1', but it must be a number from 0 to 500.
					?size=many | 'size' is 'many', but it must be a number from 0 to 500.
					?after=IF12 | 'after' is 'IF12', but it must be the 'next' of a page with order=age. Leave it out to read the first page.
					?client=other | 'client' is 'other', but the clients are: operations.
					""")
	void parameterThatIsUnknownOrInvalidIsRejectedWithThePermittedOnes(String request, String message) {
		for (Web web : Web.values()) {
			Answer answer = app(web).get(request);
			assertThat(answer.status()).as("%s on %s", request, web).isEqualTo(400);
			assertThat(answer.body().path("message").asString()).as("%s on %s", request, web).isEqualTo(message);
		}
	}

	@ParameterizedTest
	@EnumSource
	void orderOfTheNextPollsHasWaitsAndPolledOperations(Web web) {
		endpoint.script("done", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		App app = app(web);
		app.track("done");
		app.until("?state=delivered", "done");
		app.await("waited", this.waits);
		app.track("tracked");
		app.until("?order=next-poll", "waited", "tracked");
		app.until("?order=next-poll&status=RUNNING", "waited", "tracked");
		app.until("?order=NEXT_POLL&state=tracked&id=tra", "tracked");
		app.until("?order=next-poll&state=awaited&stuck=true", "waited");
		assertThat(app.pages("&order=next-poll&state=tracked", 1)).isEqualTo(List.of("tracked"));
		for (String filter : List.of("state=ended", "state=delivered", "failing=true")) {
			Answer answer = app.get("?order=next-poll&" + filter);
			assertThat(answer.status()).as(filter).isEqualTo(400);
			assertThat(answer.body().path("message").asString()).as(filter)
				.contains("only operations that have not ended have a next poll");
		}
	}

	@Test
	void orderOfTheNextPollsOnAnotherInstanceNamesTheHolder() {
		App app = app(Web.FLUX);
		app.await("waited", this.waits);
		app.track("tracked");
		OperationsEndpoint other = app.endpoint((client) -> Mono.just("host-2"));
		assertThatExceptionOfType(InvalidEndpointRequestException.class).isThrownBy(() -> list(other, null))
			.withMessage("'order' is 'next-poll', but this instance (host-1) does not poll the tracked operations. Ask"
					+ " the instance host-2 that polls them, or use state=awaited or order=age.");
		assertThatExceptionOfType(InvalidEndpointRequestException.class)
			.isThrownBy(() -> list(app.endpoint((client) -> Mono.empty()), "tracked"))
			.withMessageContaining("No known instance polls them at present.");
		OperationsDescriptor waits = list(other, "awaited");
		assertThat(waits.operations()).extracting(OperationDescriptor::id).containsExactly("waited");
		assertThat(waits.holder()).isEqualTo("host-2");
		assertThat(waits.instance()).isEqualTo("host-1");
		assertThat(waits.access()).isEqualTo("unrestricted");
	}

	private static OperationsDescriptor list(OperationsEndpoint endpoint, @Nullable String state) {
		return endpoint.operations(null, null, state, null, null, null, null, "next-poll", null, null);
	}

	@ParameterizedTest
	@EnumSource
	void otherEndpointsIgnoreUnknownParametersAsBefore(Web web) {
		assertThat(app(web).send("/actuator/info?nonsense=1").status()).isEqualTo(200);
	}

	@ParameterizedTest
	@EnumSource
	void answerNamesTheInstanceTheHolderAndTheAccess(Web web) {
		JsonNode body = app(web).get("?size=0").body();
		assertThat(body.path("instance").asString()).isEqualTo("host-1");
		assertThat(body.path("holder").asString()).isEqualTo("host-1");
		assertThat(body.path("access").asString()).isEqualTo("read-only");
		assertThat(body.path("clients")).hasToString("[\"operations\"]");
	}

	@ParameterizedTest
	@EnumSource
	void pointsOfLearnedDurationsAreInASummaryAndInOneOperationOnly(Web web) {
		endpoint.others((poll) -> ScriptedEndpoint.status((poll > 1) ? "COMPLETED" : "RUNNING"));
		App app = app(web);
		// What was learned shows after the next operation is planned with it.
		for (int i = 1; i <= 3; i++) {
			app.track("learned" + i);
			app.until("?state=delivered&id=learned" + i, "learned" + i);
		}
		JsonNode summary = app.get("?size=0").body().path("learned").path("configurationId");
		JsonNode page = app.get("").body().path("learned").path("configurationId");
		assertThat(summary.path("points").size()).isEqualTo(32);
		assertThat(page.path("points").size()).isZero();
		assertThat(page.path("median")).isEqualTo(summary.path("median"));
		assertThat(app.get("/learned1").body().path("expected").path("points").size()).isEqualTo(32);
	}

	@ParameterizedTest
	@EnumSource
	void accountHasEachFigureBesideItsBound(Web web) {
		App app = app(web);
		app.await("a", this.waits);
		app.await("a", this.waits);
		app.until("?state=awaited", "a");
		Awaitility.await().atMost(MAX_WAIT).until(() -> app.account().path("requestsPerSecond").asDouble() > 0);
		JsonNode account = app.account();
		assertThat(account.path("awaited").asInt()).isEqualTo(1);
		assertThat(account.path("waits").asInt()).isEqualTo(2);
		assertThat(account.path("maxWaits").asInt()).isEqualTo(77);
		assertThat(account.path("queued").isIntegralNumber()).isTrue();
		assertThat(account.path("retrying").asInt(-1)).isZero();
		assertThat(account.path("maxQueued").asInt()).isEqualTo(78);
		assertThat(account.path("inFlight").isIntegralNumber()).isTrue();
		assertThat(account.path("inFlightLimit").asInt()).isEqualTo(9);
		assertThat(account.path("maxInFlight").asInt()).isEqualTo(9);
		assertThat(account.path("rate").asDouble()).isEqualTo(500);
		assertThat(account.path("instances").asInt()).isEqualTo(1);
		assertThat(account.path("budgetUnavailable").asBoolean(true)).isFalse();
		assertThat(account.path("serverUnavailable").asBoolean(true)).isFalse();
		assertThat(account.path("pausedFor").asString()).isEqualTo("PT0S");
		assertThat(account.path("unavailableFor").asString()).isEqualTo("PT0S");
		assertThat(Duration.parse(account.path("oldest").asString())).isPositive();
	}

	private static App app(Web web) {
		return apps.computeIfAbsent(web, (key) -> new App(key.start()));
	}

	private static List<String> ids(JsonNode body) {
		return body.path("operations").valueStream().map((operation) -> operation.path("id").asString()).toList();
	}

	private static Set<String> names(JsonNode row) {
		return new TreeSet<>(row.propertyNames());
	}

	enum Web {

		FLUX, MVC;

		ConfigurableApplicationContext start() {
			GenericApplicationContext context = (this == FLUX)
					? new AnnotationConfigReactiveWebServerApplicationContext()
					: new AnnotationConfigServletWebServerApplicationContext();
			new ServerPortInfoApplicationContextInitializer().initialize(context);
			TestPropertyValues.of("server.port=0", "operations.api-key=SK1", "operations.api-key-secret=secret",
					"operations.polling.min-interval=20ms", "operations.polling.max-interval=200ms",
					"operations.polling.stuck-after=1s", "operations.polling.max-waits=77",
					"operations.rate-limit.requests-per-second=500", "operations.rate-limit.max-queued=78",
					"operations.rate-limit.max-in-flight=9", "operations.tracking.jdbc.instance-name=host-1",
					"operations.tracking.delivery.max-attempts=1000", "management.endpoint.operations.access=READ_ONLY",
					"management.endpoints.web.exposure.include=operations,info")
				.applyTo(context);
			((AnnotationConfigRegistry) context).register(Application.class);
			context.refresh();
			return context;
		}

	}

	private record Answer(int status, String text) {

		JsonNode body() {
			return JsonMapper.shared().readTree(this.text);
		}

	}

	private static final class App {

		private final HttpClient client = HttpClient.newHttpClient();

		private final ConfigurableApplicationContext context;

		private App(ConfigurableApplicationContext context) {
			this.context = context;
		}

		void forgetAll() {
			OperationTracker tracker = this.context.getBean(OperationTracker.class);
			tracker.stream(TrackingFilter.all()).map(TrackedOperation::id).flatMap(tracker::forget).blockLast(MAX_WAIT);
			Awaitility.await().atMost(MAX_WAIT).until(() -> ids(get("").body()).isEmpty());
		}

		OperationsEndpoint endpoint(Function<String, Mono<String>> holders) {
			return new OperationsEndpoint(this.context.getBean(TrackedClients.class)::all,
					this.context.getBean(OperationTracker.class), this.context.getBean(OperationsActivities.class),
					List.of(), Show.NEVER, "host-1", holders, Access.UNRESTRICTED, null);
		}

		void track(String id) {
			this.context.getBean(OperationTracker.class).track(id, Map.of()).block(MAX_WAIT);
		}

		void await(String id, Disposable.Composite waits) {
			waits.add(this.context.getBean(OperationsTemplate.class).await(id).subscribe((done) -> {
			}, (fault) -> {
			}));
		}

		// The times of operations are in milliseconds. The endpoint computes that of a
		// wait from its age, which may be one millisecond off.
		void tick() {
			Instant next = now().plusMillis(2);
			Awaitility.await().pollDelay(Duration.ZERO).atMost(MAX_WAIT).until(() -> now().isAfter(next));
		}

		private Instant now() {
			return Instant.ofEpochMilli(System.currentTimeMillis());
		}

		void until(String request, String... expected) {
			Awaitility.await()
				.atMost(MAX_WAIT)
				.pollInterval(Duration.ofMillis(20))
				.untilAsserted(
						() -> assertThat(ids(get(request).body())).as(request).containsExactlyInAnyOrder(expected));
		}

		List<String> pages(String filter, int size) {
			List<String> ids = new ArrayList<>();
			String after = "";
			while (after != null) {
				JsonNode body = get("?size=" + size + filter + after).body();
				assertThat(ids(body)).hasSizeLessThanOrEqualTo(size);
				ids.addAll(ids(body));
				assertThat(ids).as("pages that never end").hasSizeLessThan(100);
				String next = body.path("next").asString(null);
				after = (next != null) ? "&after=" + next : null;
			}
			return ids;
		}

		JsonNode account() {
			return get("").body().path("accounts").path("operations");
		}

		Answer get(String path) {
			return send("/actuator/operations" + path);
		}

		Answer send(String path) {
			String port = this.context.getEnvironment().getProperty("local.server.port");
			HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
				.timeout(MAX_WAIT)
				.build();
			try {
				HttpResponse<String> response = this.client.send(request, HttpResponse.BodyHandlers.ofString());
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
			return (builder) -> builder.exchangeFunction((request) -> endpoint.exchange(request));
		}

		@Bean
		OperationOutcomeHandler handler() {
			return (outcome) -> {
				if (outcome.operationId().startsWith("bad")) {
					throw new IllegalStateException("no room");
				}
			};
		}

	}

}
