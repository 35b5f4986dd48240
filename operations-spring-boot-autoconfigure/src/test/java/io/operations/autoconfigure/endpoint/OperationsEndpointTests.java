package io.operations.autoconfigure.endpoint;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.operations.OperationFetcherDecorator;
import io.operations.actuate.OperationDetails;
import io.operations.actuate.OperationsDescriptor;
import io.operations.actuate.OperationsEndpointWebExtension;
import io.operations.core.OperationsTemplate;
import io.operations.internal.tracking.ClientTracking;
import io.operations.internal.tracking.ClientTrackingFactory;
import io.operations.internal.tracking.ScriptedEndpoint;
import io.operations.tracking.OperationOutcomeHandler;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingState;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.convert.ApplicationConversionService;
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
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.reactive.function.client.ClientResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.withSettings;

/**
 * What an operator gets from the actuator endpoint, over a real port. Tests with the same
 * properties share an application, which has no operation when a test begins.
 */
class OperationsEndpointTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	private static final String INCLUDED = "management.endpoints.web.exposure.include=operations";

	private static final String SHOW = "management.endpoint.operations.show-values=";

	private static final String ADMIN = "management.endpoint.operations.roles=admin";

	private static final String ONE_ATTEMPT = "operations.tracking.delivery.max-attempts=1";

	private static final String UNRESTRICTED = "management.endpoint.operations.access=unrestricted";

	private static final String[] EXPOSED = { INCLUDED, UNRESTRICTED, SHOW + "always", ADMIN, ONE_ATTEMPT };

	private static final String[] HIDDEN = { INCLUDED, ONE_ATTEMPT };

	private static final String[] READ_ONLY = { INCLUDED, SHOW + "when-authorized",
			"management.endpoint.operations.roles=" };

	// Nothing is asked for in these any more once the account was paused.
	private static final String[] PAUSED = { INCLUDED, SHOW + "never", ADMIN };

	private static final Map<String, App> apps = new HashMap<>();

	private static volatile OperationsEndpointTests test = new OperationsEndpointTests();

	private final ScriptedEndpoint endpoint = new ScriptedEndpoint();

	private final CountDownLatch handlerReturns = new CountDownLatch(1);

	private volatile boolean handlerHangs;

	private volatile boolean handlerFails;

	private volatile String handlerFault = "no room";

	private volatile boolean storeIsAway;

	@BeforeEach
	void begin() {
		test = this;
		apps.values().forEach(App::forgetAll);
	}

	@AfterEach
	void letHandlersReturn() {
		this.handlerReturns.countDown();
	}

	@AfterAll
	static void close() {
		apps.values().forEach(App::close);
		apps.clear();
	}

	@ParameterizedTest
	@EnumSource
	void nothingIsExposedUnlessTheApplicationExposesIt(Web web) {
		run(web, (app) -> {
			assertThat(app.context.containsBean("io.operations.operationsEndpoint")).isFalse();
			assertThat(app.get("").status()).isEqualTo(404);
		});
	}

	@ParameterizedTest
	@EnumSource
	void summaryTellsHowOperationsStand(Web web) {
		this.endpoint.script("done", List.of(ScriptedEndpoint.status("RUNNING"), ScriptedEndpoint.status("COMPLETED")));
		this.endpoint.script("paused", List.of(ScriptedEndpoint.error(429, Duration.ofMinutes(1))));
		run(web, (app) -> {
			app.track("done", Map.of());
			app.until("done", TrackingState.DELIVERED);
			app.track("running", Map.of());
			Awaitility.await().atMost(MAX_WAIT).until(() -> this.endpoint.polls("running") > 0);
			app.track("paused", Map.of());
			OperationsTemplate template = app.context.getBean(OperationsTemplate.class);
			for (int i = 0; i < 12; i++) {
				template.fetch("paused").onErrorComplete().subscribe();
			}
			Awaitility.await()
				.atMost(MAX_WAIT)
				.until(() -> !account(app.get("").body()).path("pausedFor").asString().equals("PT0S"));
			JsonNode body = app.get("").body();
			assertThat(body.path("client").asString()).isEqualTo("operations");
			assertThat(account(body).path("serverUnavailable").asBoolean(true)).isFalse();
			assertThat(account(body).path("inFlightLimit").asInt()).isLessThan(16);
			assertThat(account(body).path("maxInFlight").asInt()).isEqualTo(16);
			// Requests share the figures of the store for three seconds.
			JsonNode tracking = Awaitility.await()
				.atMost(MAX_WAIT)
				.until(() -> app.get("").body().path("tracking"),
						(current) -> current.path("states")
							.toString()
							.equals("{\"TRACKED\":2,\"ENDED\":0,\"DELIVERED\":1,\"UNDELIVERED\":0}")
								&& current.path("unseen").asInt() == 1);
			assertThat(tracking.path("statuses").path("RUNNING").asInt()).isEqualTo(1);
			assertThat(tracking.path("unseen").asInt()).isEqualTo(1);
			assertThat(tracking.path("undelivered").isIntegralNumber()).isTrue();
			assertThat(tracking.path("stuck").isIntegralNumber()).isTrue();
			assertThat(tracking.path("backlog").isIntegralNumber()).isTrue();
			assertThat(Duration.parse(tracking.path("oldest").asString())).isPositive();
			assertThat(tracking.path("backlogAge").asString()).startsWith("PT");
			assertThat(account(body).path("awaited").asInt(-1)).isZero();
		}, PAUSED);
	}

	@Test
	void summaryTellsWhatWasLearnedOfEachKind() {
		this.endpoint.others((poll) -> ScriptedEndpoint.status((poll > 1) ? "COMPLETED" : "RUNNING"));
		run(Web.FLUX, (app) -> {
			for (int i = 0; i < 3; i++) {
				app.track("op" + i, Map.of());
				app.until("op" + i, TrackingState.DELIVERED);
			}
			JsonNode learned = app.get("").body().path("learned").path("configurationId");
			assertThat(learned.path("ends").asInt()).isPositive();
			assertThat(learned.path("median").asString()).startsWith("PT");
		}, EXPOSED);
	}

	@ParameterizedTest
	@EnumSource
	void pagesAreBoundedAndLeadFromOneToTheNext(Web web) {
		run(web, (app) -> {
			for (String id : List.of("a", "b", "c", "d", "e")) {
				app.track(id, Map.of());
			}
			JsonNode first = app.get("?size=2").body();
			assertThat(ids(first)).containsExactly("a", "b");
			JsonNode last = app.get("?size=3&after=" + first.path("next").asString()).body();
			assertThat(ids(last)).containsExactly("c", "d", "e");
			assertThat(last.path("next").asString(null)).isNull();
			assertThat(ids(app.get("?size=0").body())).isEmpty();
			Awaitility.await()
				.atMost(MAX_WAIT)
				.untilAsserted(() -> assertThat(
						app.get("?size=0").body().path("tracking").path("states").path("TRACKED").asInt())
					.isEqualTo(5));
		}, EXPOSED);
	}

	@Test
	void pageHasFiftyOperationsUnlessItIsSaid() {
		run(Web.FLUX, (app) -> {
			for (int i = 0; i < 51; i++) {
				app.track("op" + i, Map.of());
			}
			assertThat(ids(app.get("").body())).hasSize(50);
			assertThat(ids(app.get("?size=500").body())).hasSize(51);
		}, EXPOSED);
	}

	@ParameterizedTest
	@ValueSource(strings = { "?after=a%00b", "?kind=a%00b", "?id=a%00b", "?client=a%00b", "/a%00b" })
	void parameterThatIsNoGoodIsABadRequest(String request) {
		run(Web.FLUX, (app) -> assertThat(app.get(request).status()).isEqualTo(400), EXPOSED);
	}

	@ParameterizedTest
	@EnumSource
	void pageMayBeOfOneStateOrKind(Web web) {
		this.endpoint.script("done", List.of(ScriptedEndpoint.status("COMPLETED")));
		run(web, (app) -> {
			app.track("done", Map.of());
			app.track("running", Map.of());
			app.until("done", TrackingState.DELIVERED);
			assertThat(ids(app.get("?state=delivered").body())).containsExactly("done");
			assertThat(ids(app.get("?state=TRACKED").body())).containsExactly("running");
			assertThat(ids(app.get("?kind=configurationId&state=delivered").body())).containsExactly("done");
			assertThat(ids(app.get("?kind=other").body())).isEmpty();
		}, EXPOSED);
	}

	@ParameterizedTest
	@EnumSource
	void operationIsShownWithAllThatIsKnownOfIt(Web web) {
		this.endpoint.script("done", List.of(ScriptedEndpoint.status("COMPLETED")));
		run(web, (app) -> {
			app.track("done", Map.of("tenant", "t1"));
			app.until("done", TrackingState.DELIVERED);
			JsonNode shown = app.get("/done").body();
			assertThat(shown.path("id").asString()).isEqualTo("done");
			assertThat(shown.path("kind").asString()).isEqualTo("configurationId");
			assertThat(shown.path("state").asString()).isEqualTo("DELIVERED");
			assertThat(shown.path("status").asString()).isEqualTo("COMPLETED");
			assertThat(shown.path("outcome").asString()).isEqualTo("COMPLETED");
			assertThat(shown.path("polls").asInt()).isEqualTo(1);
			assertThat(shown.path("attempts").asInt()).isEqualTo(1);
			assertThat(shown.path("related").path("configurationId").asString()).isEqualTo("cfg_1");
			assertThat(shown.path("attributes").path("tenant").asString()).isEqualTo("t1");
			assertThat(shown.path("since").asString()).endsWith("Z");
			assertThat(shown.path("age").asString()).startsWith("PT");
		}, EXPOSED);
	}

	@Test
	void textOfTheServerIsTrimmedAndEscaped() {
		ProblemDetail problem = ProblemDetail.forStatus(500);
		problem.setDetail("a\nb" + "x".repeat(1000));
		this.endpoint.script("failed", (poll) -> failed(problem));
		this.endpoint.script("text", (poll) -> ScriptedEndpoint.status("FAILED\", \"error\": \"bo\\nom"));
		run(Web.FLUX, (app) -> {
			app.track("failed", Map.of());
			app.until("failed", TrackingState.DELIVERED);
			assertThat(app.get("/failed").body().path("error").asString()).startsWith("a\\u000ab").hasSizeLessThan(210);
			app.track("text", Map.of());
			app.until("text", TrackingState.DELIVERED);
			assertThat(app.get("/text").body().path("error").asString()).isEqualTo("bo\\u000aom");
		}, EXPOSED);
	}

	@ParameterizedTest
	@EnumSource
	void valuesOfAttributesAreHiddenUnlessTheApplicationShowsThem(Web web) {
		run(web, (app) -> {
			app.track("op", Map.of("tenant", "t1"));
			assertThat(app.get("/op").text()).contains("\"tenant\":\"******\"").doesNotContain("t1");
			assertThat(app.get("").text()).contains("\"tenant\":\"******\"").doesNotContain("t1");
		}, HIDDEN);
	}

	@Test
	void valuesOfAttributesAreShownOnlyToWhoIsAuthorizedWhereThatIsAsked() {
		run(Web.FLUX, (app) -> {
			app.track("op", Map.of("tenant", "t1"));
			assertThat(app.get("/op").text()).contains("\"tenant\":\"******\"");
		}, INCLUDED, SHOW + "when-authorized", ADMIN);
	}

	@Test
	void valuesThatAreShownGoThroughTheSanitizingFunctions() {
		run(Web.FLUX, (app) -> {
			app.track("op", Map.of("password", "p1", "mine", "secret", "tenant", "t1"));
			assertThat(app.get("/op").text()).contains("\"password\":\"******\"", "\"mine\":\"******\"",
					"\"tenant\":\"t1\"");
		}, EXPOSED);
	}

	@ParameterizedTest
	@CsvSource({ "always, admin, admin, t1", "when-authorized, admin, admin, t1",
			"when-authorized, admin, other, ******", "when-authorized, '', other, t1", "never, admin, admin, ******" })
	void valuesOfAttributesAreShownToAUserAsTheRolesSay(String show, String roles, String role, String shown) {
		String[] properties = switch (show) {
			case "always" -> EXPOSED;
			case "never" -> PAUSED;
			default -> roles.isEmpty() ? READ_ONLY : new String[] { INCLUDED, SHOW + "when-authorized", ADMIN };
		};
		assertThat(properties).contains(SHOW + show, "management.endpoint.operations.roles=" + roles);
		run(Web.FLUX, (app) -> {
			app.track("op", Map.of("tenant", "t1"));
			OperationsEndpointWebExtension endpoint = app.context.getBean(OperationsEndpointWebExtension.class);
			assertThat(endpoint.operation(new User(role), "op").getBody()).isInstanceOfSatisfying(
					OperationDetails.class,
					(details) -> assertThat(details.operation().attributes()).containsEntry("tenant", shown));
			assertThat(endpoint.operations(new User(role), null, null, null, null, null, null, null, null, null, null)
				.getBody())
				.isInstanceOfSatisfying(OperationsDescriptor.class,
						(page) -> assertThat(page.operations()).singleElement()
							.satisfies(
									(operation) -> assertThat(operation.attributes()).containsEntry("tenant", shown)));
		}, properties);
	}

	@ParameterizedTest
	@EnumSource
	void faultOfAHandlerIsItsTypeAloneUnlessTheApplicationShowsValues(Web web) {
		this.handlerFails = true;
		this.endpoint.script("op", List.of(ScriptedEndpoint.status("COMPLETED")));
		run(web, (app) -> {
			app.track("op", Map.of());
			app.until("op", TrackingState.UNDELIVERED);
			assertThat(app.get("/op").body().path("deliveryFault").asString())
				.isEqualTo("java.lang.IllegalStateException");
			assertThat(app.get("").text()).contains("java.lang.IllegalStateException").doesNotContain("no room");
		}, HIDDEN);
	}

	@Test
	void faultOfAHandlerThatIsShownGoesThroughTheSanitizingFunctions() {
		this.handlerFails = true;
		this.handlerFault = "https://SK1:secret@localhost";
		this.endpoint.script("op", List.of(ScriptedEndpoint.status("COMPLETED")));
		run(Web.FLUX, (app) -> {
			app.track("op", Map.of());
			app.until("op", TrackingState.UNDELIVERED);
			assertThat(app.get("/op").body().path("deliveryFault").asString()).isEqualTo("******");
		}, EXPOSED);
	}

	@Test
	void faultOfAPollIsToldInOurOwnWordsButNotInThoseOfTheApplication() {
		this.endpoint.script("unknown", (poll) -> ScriptedEndpoint.error(404));
		run(Web.FLUX, (app) -> {
			app.track("unknown", Map.of());
			app.track("own", Map.of());
			Awaitility.await()
				.atMost(MAX_WAIT)
				.until(() -> app.get("/own").body().path("polls").asInt() > 0
						&& app.get("/unknown").body().path("polls").asInt() > 0);
			assertThat(app.get("/unknown").body().path("lastFault").asString()).contains("HTTP 404");
			assertThat(app.get("/own").body().path("lastFault").asString())
				.isEqualTo("java.lang.IllegalStateException");
		}, HIDDEN);
	}

	@ParameterizedTest
	@EnumSource
	void unknownOperationIsNotFoundWhateverIsAskedOfIt(Web web) {
		run(web, (app) -> {
			for (String method : List.of("GET", "DELETE", "POST")) {
				Answer answer = app.send(method, "/unknown");
				assertThat(answer.status()).as(method).isEqualTo(404);
				assertThat(answer.body().path("message").asString()).as(method)
					.isEqualTo(method.equals("GET")
							? "No tracked operation has this id, and no caller of this instance awaits it."
							: "No tracked operation has this id.");
			}
		}, EXPOSED);
	}

	@ParameterizedTest
	@EnumSource
	void thePathMayNameTheClient(Web web) {
		this.endpoint.script("op", List.of(ScriptedEndpoint.status("COMPLETED")));
		run(web, (app) -> {
			app.track("op", Map.of());
			app.until("op", TrackingState.DELIVERED);
			assertThat(app.get("?client=operations").body().path("clients")).hasToString("[\"operations\"]");
			assertThat(app.get("/operations/op").body().path("client").asString()).isEqualTo("operations");
			assertThat(app.send("POST", "/operations/op").status()).isEqualTo(202);
			assertThat(app.send("POST", "/operations/other").status()).isEqualTo(404);
			assertThat(app.send("DELETE", "/operations/op").status()).isEqualTo(204);
			for (Answer unknown : List.of(app.get("?client=campaigns"), app.get("/campaigns/op"),
					app.send("DELETE", "/campaigns/op"), app.send("POST", "/campaigns/op"))) {
				assertThat(unknown.status()).isEqualTo(400);
				assertThat(unknown.body().path("message").asString()).contains("'campaigns'", "operations");
			}
		}, EXPOSED);
	}

	@ParameterizedTest
	@EnumSource
	void deleteForgetsAnOperation(Web web) {
		run(web, (app) -> {
			app.track("op", Map.of());
			assertThat(app.send("DELETE", "/op").status()).isEqualTo(204);
			assertThat(app.get("/op").status()).isEqualTo(404);
		}, EXPOSED);
	}

	@ParameterizedTest
	@EnumSource
	void postHasAnUndeliveredOutcomeDeliveredAnew(Web web) {
		this.handlerFails = true;
		this.endpoint.script("op", List.of(ScriptedEndpoint.status("COMPLETED")));
		run(web, (app) -> {
			app.track("op", Map.of());
			app.until("op", TrackingState.UNDELIVERED);
			Awaitility.await()
				.atMost(MAX_WAIT)
				.untilAsserted(
						() -> assertThat(app.get("").body().path("tracking").path("undelivered").asInt()).isEqualTo(1));
			assertThat(app.get("/op").body().path("deliveryFault").asString()).contains("no room");
			this.handlerFails = false;
			Answer answer = app.send("POST", "/op");
			assertThat(answer.status()).isEqualTo(202);
			assertThat(answer.body().path("accepted").asBoolean()).isTrue();
			app.until("op", TrackingState.DELIVERED);
		}, EXPOSED);
	}

	@ParameterizedTest
	@EnumSource
	void postIsAConflictWhileThereIsNoOutcomeOrItIsBeingDelivered(Web web) {
		this.handlerHangs = true;
		this.endpoint.script("ended", List.of(ScriptedEndpoint.status("COMPLETED")));
		run(web, (app) -> {
			app.track("running", Map.of());
			Answer running = app.send("POST", "/running");
			assertThat(running.status()).isEqualTo(409);
			assertThat(running.body().path("reason").asString()).isEqualTo("The operation has no outcome yet.");
			app.track("ended", Map.of());
			app.until("ended", TrackingState.ENDED);
			Answer ended = app.send("POST", "/ended");
			assertThat(ended.status()).isEqualTo(409);
			assertThat(ended.body().path("reason").asString()).contains("is already being delivered");
		}, EXPOSED);
	}

	@ParameterizedTest
	@EnumSource
	void endpointIsReadOnlyUnlessTheApplicationAllowsMore(Web web) {
		run(web, (app) -> {
			app.track("op", Map.of());
			assertThat(app.send("DELETE", "/op").status()).isEqualTo(405);
			assertThat(app.send("DELETE", "/operations/op").status()).isEqualTo(405);
			assertThat(app.send("POST", "/op").status()).isEqualTo(405);
			assertThat(app.send("POST", "/operations/op").status()).isEqualTo(405);
			assertThat(app.get("/op").status()).isEqualTo(200);
		}, READ_ONLY);
	}

	@ParameterizedTest
	@EnumSource
	void endpointIsReadOnlyIfTheApplicationAllowsNoEndpointMore(Web web) {
		run(web, (app) -> {
			app.track("op", Map.of());
			assertThat(app.send("DELETE", "/op").status()).isEqualTo(405);
			assertThat(app.send("POST", "/op").status()).isEqualTo(405);
			assertThat(app.get("/op").status()).isEqualTo(200);
		}, INCLUDED, UNRESTRICTED, "management.endpoints.access.max-permitted=read-only");
	}

	@ParameterizedTest
	@EnumSource
	void idMayBeLongAndHaveAnyCharactersThatAnIdMayHave(Web web) {
		String id = "ä ?#%+;=&\"<€😀".repeat(27) + "x".repeat(134);
		run(web, (app) -> {
			app.track(id, Map.of());
			String path = "/" + encoded(id);
			assertThat(app.get(path).body().path("id").asString()).isEqualTo(id);
			assertThat(app.send("POST", path).status()).isEqualTo(409);
			assertThat(app.send("DELETE", path).status()).isEqualTo(204);
		}, EXPOSED);
	}

	@Test
	void idWithASlashIsReachedWhereTheServerLetsItPass() {
		run(Web.FLUX, (app) -> {
			app.track("a/b", Map.of());
			assertThat(app.get("/a%2Fb").body().path("id").asString()).isEqualTo("a/b");
			assertThat(app.send("DELETE", "/a%2Fb").status()).isEqualTo(204);
		}, EXPOSED);
		run(Web.MVC, (app) -> {
			app.track("a/b", Map.of());
			assertThat(app.get("/a%2Fb").status()).isEqualTo(400);
		}, EXPOSED);
	}

	@ParameterizedTest
	@EnumSource
	void storeThatCannotBeReachedIsUnavailableWithTheReason(Web web) {
		run(web, (app) -> {
			this.storeIsAway = true;
			for (String path : List.of("", "/op")) {
				Answer answer = app.get(path);
				assertThat(answer.status()).isEqualTo(503);
				assertThat(answer.body().path("message").asString()).contains("IllegalStateException",
						"connection refused");
			}
		}, EXPOSED);
	}

	@ParameterizedTest
	@EnumSource
	void whenStoreCannotBeReachedWhatIsInMemoryIsShown(Web web) {
		run(web, (app) -> {
			this.storeIsAway = true;
			for (String query : List.of("?size=0", "?state=awaited")) {
				Answer answer = app.get(query);
				assertThat(answer.status()).isEqualTo(200);
				assertThat(answer.body().path("accounts").path("operations").path("awaited").asInt(-1)).isZero();
				assertThat(answer.body().path("tracking").isNull()).isTrue();
				assertThat(answer.body().path("trackingFault").asString()).contains("connection refused");
			}
		}, EXPOSED);
	}

	private static void run(Web web, Consumer<App> consumer, String... properties) {
		consumer.accept(apps.computeIfAbsent(web + " " + String.join(" ", properties),
				(key) -> new App(web.start(Application.class, properties))));
	}

	private void handle() throws InterruptedException {
		if (this.handlerHangs) {
			assertThat(this.handlerReturns.await(MAX_WAIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
		}
		if (this.handlerFails) {
			throw new IllegalStateException(this.handlerFault);
		}
	}

	private static Object storeThatMayBeAway(Object bean) {
		if (!(bean instanceof ClientTrackingFactory stores)) {
			return bean;
		}
		return (ClientTrackingFactory) (engine) -> storeThatMayBeAway(stores.create(engine));
	}

	private static ClientTracking storeThatMayBeAway(ClientTracking store) {
		return mock(ClientTracking.class, withSettings().stubOnly().defaultAnswer((call) -> {
			if (test.storeIsAway) {
				throw new IllegalStateException("connection refused");
			}
			return call.getMethod().invoke(store, call.getArguments());
		}));
	}

	private static Mono<ClientResponse> failed(ProblemDetail problem) {
		return Mono.fromSupplier(
				() -> ClientResponse.create(HttpStatus.OK)
					.header("Content-Type", "application/json")
					.body(JsonMapper.shared()
						.writeValueAsString(Map.of("status", "FAILED", "error",
								Map.of("detail", String.valueOf(problem.getDetail())))))
					.build());
	}

	private static JsonNode account(JsonNode body) {
		return body.path("accounts").path("operations");
	}

	private static List<String> ids(JsonNode body) {
		return body.path("operations").valueStream().map((operation) -> operation.path("id").asString()).toList();
	}

	private static String encoded(String id) {
		return URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
	}

	enum Web {

		FLUX, MVC;

		ConfigurableApplicationContext start(Class<?> application, String... properties) {
			GenericApplicationContext context = (this == FLUX)
					? new AnnotationConfigReactiveWebServerApplicationContext()
					: new AnnotationConfigServletWebServerApplicationContext();
			new ServerPortInfoApplicationContextInitializer().initialize(context);
			// As SpringApplication does.
			context.getEnvironment().setConversionService(new ApplicationConversionService());
			TestPropertyValues
				.of("server.port=0", "operations.api-key=SK1", "operations.api-key-secret=secret",
						"operations.polling.min-interval=20ms", "operations.polling.max-interval=200ms",
						"operations.rate-limit.requests-per-second=500")
				.and(properties)
				.applyTo(context);
			((AnnotationConfigRegistry) context).register(application);
			context.refresh();
			return context;
		}

	}

	private record User(String role) implements SecurityContext {

		@Override
		public Principal getPrincipal() {
			return () -> "user";
		}

		@Override
		public boolean isUserInRole(String asked) {
			return asked.equals(this.role);
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

		void close() {
			this.context.close();
		}

		void forgetAll() {
			OperationTracker tracker = this.context.getBean(OperationTracker.class);
			tracker.stream(TrackingFilter.all())
				.flatMap((operation) -> tracker.forget(operation.id()))
				.blockLast(MAX_WAIT);
		}

		void track(String id, Map<String, String> attributes) {
			this.context.getBean(OperationTracker.class).track(id, attributes).block(MAX_WAIT);
		}

		void until(String id, TrackingState state) {
			OperationTracker tracker = this.context.getBean(OperationTracker.class);
			Awaitility.await()
				.atMost(MAX_WAIT)
				.pollInterval(Duration.ofMillis(10))
				.until(() -> Objects.requireNonNull(tracker.find(id).block(MAX_WAIT)).state() == state);
		}

		Answer get(String path) {
			return send("GET", path);
		}

		Answer send(String method, String path) {
			@Nullable String port = this.context.getEnvironment().getProperty("local.server.port");
			HttpRequest request = HttpRequest
				.newBuilder(URI.create("http://localhost:" + port + "/actuator/operations" + path))
				.method(method, HttpRequest.BodyPublishers.noBody())
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
			return (builder) -> builder.exchangeFunction((request) -> test.endpoint.exchange(request));
		}

		@Bean
		OperationOutcomeHandler handler() {
			return (outcome) -> test.handle();
		}

		@Bean
		OperationFetcherDecorator own() {
			return (next) -> (id) -> id.equals("own") ? Mono.error(new IllegalStateException("no room"))
					: next.fetch(id);
		}

		@Bean
		SanitizingFunction mine() {
			return (data) -> data.getKey().equals("mine") ? data.withSanitizedValue() : data;
		}

		@Bean
		SanitizingFunction passwords() {
			return SanitizingFunction.sanitizeValue().ifKeyContains("password");
		}

		@Bean
		static BeanPostProcessor storesMayBeAway() {
			return new BeanPostProcessor() {

				@Override
				public Object postProcessAfterInitialization(Object bean, String name) {
					return storeThatMayBeAway(bean);
				}

			};
		}

	}

}
