package io.operations.autoconfigure;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import io.operations.core.OperationsTemplate;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;

/**
 * A run in which everything happens once: every answer, every end of a wait.
 */
public final class MixedRun {

	private static final String PATH = "/v2/ControlPlane/Operations/";

	private MixedRun() {
	}

	public static String[] properties() {
		return new String[] { "operations.retry.max-attempts=1", "operations.http.request-timeout=500ms",
				"operations.polling.min-interval=10ms", "operations.polling.max-interval=20ms",
				"operations.retry.initial-interval=10ms", "operations.rate-limit.requests-per-second=1000" };
	}

	public static Map<String, Throwable> of(OperationsTemplate template, WireMockExtension server) {
		stub(server);
		Map<String, Throwable> faults = new LinkedHashMap<>();
		for (String id : new String[] { "op-ok", "op-401", "op-404", "op-400", "op-503", "op-html", "op-slow",
				"op-drop", "op-429", " " }) {
			run(faults, "fetch " + id, () -> template.fetch(id).block(Duration.ofSeconds(20)));
		}
		for (String id : new String[] { "op-progress", "op-ok", "op-failed", "op-cancelled", "op-401" }) {
			run(faults, "await " + id, () -> template.await(id).block(Duration.ofSeconds(20)));
		}
		run(faults, "await op-503",
				() -> template.await("op-503", Duration.ofMillis(300)).block(Duration.ofSeconds(20)));
		run(faults, "abandon op-running", () -> template.await("op-running").timeout(Duration.ofMillis(200)).block());
		return faults;
	}

	private static void run(Map<String, Throwable> faults, String what, Runnable call) {
		try {
			call.run();
		}
		catch (RuntimeException ex) {
			faults.put(what, ex);
		}
	}

	public static void stub(WireMockExtension server) {
		server.stubFor(get(urlPathEqualTo(PATH + "op-ok")).willReturn(operation("COMPLETED")));
		server.stubFor(get(urlPathEqualTo(PATH + "op-failed")).willReturn(operation("FAILED")));
		server.stubFor(get(urlPathEqualTo(PATH + "op-cancelled")).willReturn(operation("CANCELLED")));
		server.stubFor(get(urlPathEqualTo(PATH + "op-running")).willReturn(operation("RUNNING")));
		server.stubFor(get(urlPathEqualTo(PATH + "op-progress")).inScenario("progress")
			.whenScenarioStateIs(Scenario.STARTED)
			.willSetStateTo("done")
			.willReturn(operation("RUNNING")));
		server.stubFor(get(urlPathEqualTo(PATH + "op-progress")).inScenario("progress")
			.whenScenarioStateIs("done")
			.willReturn(operation("COMPLETED")));
		for (int status : new int[] { 400, 401, 404, 429, 503 }) {
			server.stubFor(get(urlPathEqualTo(PATH + "op-" + status)).willReturn(fault(status)));
		}
		server.stubFor(get(urlPathEqualTo(PATH + "op-html"))
			.willReturn(aResponse().withHeader("Content-Type", "text/html").withBody("<html>no operation</html>")));
		server.stubFor(get(urlPathEqualTo(PATH + "op-slow")).willReturn(operation("RUNNING").withFixedDelay(1500)));
		server.stubFor(get(urlPathEqualTo(PATH + "op-drop"))
			.willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)));
	}

	private static ResponseDefinitionBuilder operation(String status) {
		return okJson("""
				{"status":"%s","createdAt":"2025-01-15T10:30:00Z","completedAt":%s,
				"error":{"title":"a-title-of-its-own","detail":"a-detail-of-its-own"}}""".formatted(status,
				status.equals("RUNNING") ? "null" : "\"2025-01-15T10:30:05Z\""))
			.withHeader("Twilio-Request-Id", "RQ-" + status);
	}

	private static ResponseDefinitionBuilder fault(int status) {
		return aResponse().withStatus(status)
			.withHeader("Content-Type", "application/json")
			.withHeader("Twilio-Request-Id", "RQ-" + status)
			.withBody(
					"{\"code\": 2%d, \"message\": \"a-message-of-its-own\", \"status\": %d}".formatted(status, status));
	}

}
