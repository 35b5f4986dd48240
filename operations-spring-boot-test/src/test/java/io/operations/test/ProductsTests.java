package io.operations.test;

import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import io.operations.OperationsProduct;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests the form of each product.
 */
class ProductsTests {

	private static final String CREATED = "2025-01-05T10:30:00Z";

	private static final String ENDED = "2025-01-05T10:30:03Z";

	private static final MutableClock clock = new MutableClock();

	private static final OperationsSimulator simulator = OperationsSimulator.builder().clock(clock).start();

	private final SimulatorClient client = new SimulatorClient(simulator);

	@BeforeEach
	void reset() {
		simulator.reset();
		clock.reset();
	}

	@AfterAll
	static void close() {
		simulator.close();
	}

	private static OperationScript lasting(OperationScript script) {
		return script.pending(Duration.ofSeconds(1)).running(Duration.ofSeconds(2));
	}

	private Map<String, @Nullable Object> ended(OperationsProduct product, OperationScript script) {
		String id = simulator.accept(product, "op-1", lasting(script));
		clock.advance(Duration.ofSeconds(5));
		return SimulatorClient.json(this.client.poll(product, id));
	}

	@ParameterizedTest
	@CsvSource({ "CONVERSATIONS,proc_job", "MEMORY,proc_job", "KNOWLEDGE,proc_job", "COHORTS,cmp_operation",
			"INSIGHTS_QUERIES,proc_job", "VOICE_TRANSCRIPTIONS,voice_transcription", "MESSAGES,comms_operation",
			"EMAILS,comms_operation", "SENDER_POOLS,comms_operation", "PUSH_NOTIFICATIONS,comms_operation" })
	void operationIsServedAtThePathOfItsProductUnderAnIdOfItsForm(OperationsProduct product, String prefix) {
		String id = simulator.accept(product, OperationScript.completed());
		assertThat(id).matches(prefix + "_[0-7][0-9a-hjkmnp-tv-z]{25}");
		HttpResponse<String> response = this.client.poll(product, id);
		assertThat(response.statusCode()).isEqualTo(200);
		String member = prefix.equals("comms_operation") ? "id" : "operationId";
		assertThat(SimulatorClient.json(response)).containsEntry(member, id);
	}

	static Stream<Arguments> othersPaths() {
		return Arrays.stream(OperationsProduct.values())
			.flatMap((product) -> Arrays.stream(OperationsProduct.values())
				.filter((other) -> !other.path().equals(product.path()))
				.map((other) -> Arguments.of(product, other)));
	}

	@ParameterizedTest
	@MethodSource("othersPaths")
	void operationIsUnknownAtThePathOfAnotherProduct(OperationsProduct product, OperationsProduct other) {
		String id = simulator.accept(product, OperationScript.completed());
		assertThat(this.client.poll(other, id).statusCode()).isEqualTo(404);
	}

	@Test
	void twoProductsMayUseOneId() {
		simulator.accept(OperationsProduct.MESSAGES, "op-1",
				OperationScript.endingAs("ONE").pending(Duration.ZERO).running(Duration.ZERO));
		simulator.accept(OperationsProduct.EMAILS, "op-1",
				OperationScript.endingAs("TWO").pending(Duration.ZERO).running(Duration.ZERO));
		assertThat(SimulatorClient.json(this.client.poll(OperationsProduct.MESSAGES, "op-1"))).containsEntry("status",
				"ONE");
		assertThat(SimulatorClient.json(this.client.poll(OperationsProduct.EMAILS, "op-1"))).containsEntry("status",
				"TWO");
	}

	@ParameterizedTest
	@CsvSource({ "CONVERSATIONS,PENDING,RUNNING,FAILED,CANCELLED", "MEMORY,PENDING,RUNNING,FAILED,CANCELLED",
			"VOICE_TRANSCRIPTIONS,PENDING,RUNNING,FAILED,CANCELLED",
			"MESSAGES,PROCESSING,PROCESSING,COMPLETED,CANCELED", "EMAILS,PROCESSING,PROCESSING,COMPLETED,CANCELED",
			"SENDER_POOLS,PROCESSING,PROCESSING,COMPLETED,CANCELED",
			"PUSH_NOTIFICATIONS,PROCESSING,PROCESSING,COMPLETED,CANCELED" })
	void statusesAreSpelledAsTheProductSpellsThem(OperationsProduct product, String pending, String running,
			String failed, String cancelled) {
		simulator.accept(product, "failed", lasting(OperationScript.failed()));
		simulator.accept(product, "cancelled", lasting(OperationScript.cancelled()));
		assertThat(status(product, "failed")).isEqualTo(pending);
		clock.advance(Duration.ofSeconds(1));
		assertThat(status(product, "failed")).isEqualTo(running);
		clock.advance(Duration.ofSeconds(2));
		assertThat(status(product, "failed")).isEqualTo(failed);
		assertThat(status(product, "cancelled")).isEqualTo(cancelled);
	}

	private @Nullable Object status(OperationsProduct product, String id) {
		return SimulatorClient.json(this.client.poll(product, id)).get("status");
	}

	@ParameterizedTest
	@EnumSource
	void wordsOfAScriptAreSentUnchanged(OperationsProduct product) {
		simulator.accept(product, "op-1",
				OperationScript.endingAs("CANCELLED")
					.pending(Duration.ZERO)
					.running(Duration.ZERO)
					.then("PENDING", Duration.ofSeconds(1)));
		assertThat(status(product, "op-1")).isEqualTo("PENDING");
		clock.advance(Duration.ofSeconds(1));
		assertThat(status(product, "op-1")).isEqualTo("CANCELLED");
	}

	@ParameterizedTest
	@CsvSource({ "MEMORY,POST,/v1/ControlPlane/Stores", "MEMORY,PATCH,/v1/ControlPlane/Stores/s1",
			"MEMORY,DELETE,/v1/ControlPlane/Stores/s1",
			"MEMORY,PUT,/v1/ControlPlane/Stores/s1/IdentityResolutionSettings",
			"MEMORY,POST,/v1/ControlPlane/Stores/s1/TraitGroups",
			"MEMORY,PATCH,/v1/ControlPlane/Stores/s1/TraitGroups/t1",
			"MEMORY,DELETE,/v1/ControlPlane/Stores/s1/DataMappings/m1",
			"KNOWLEDGE,POST,/v2/ControlPlane/KnowledgeBases", "KNOWLEDGE,PATCH,/v2/ControlPlane/KnowledgeBases/k1",
			"COHORTS,POST,/preview/Cohorts", "COHORTS,PUT,/preview/Cohorts/c1", "COHORTS,POST,/preview/CohortSnapshots",
			"COHORTS,DELETE,/preview/CohortSnapshots/s1",
			"INSIGHTS_QUERIES,POST,/v3/InsightsDomains/Conversations/QueryJobs",
			"VOICE_TRANSCRIPTIONS,POST,/v3/Transcriptions", "MESSAGES,POST,/v1/Messages", "EMAILS,POST,/v1/Emails",
			"SENDER_POOLS,POST,/v1/SenderPools", "SENDER_POOLS,POST,/v1/SenderPools/p1/Senders",
			"PUSH_NOTIFICATIONS,POST,/v1/PushNotifications" })
	void writesStartAnOperationOfTheirProduct(OperationsProduct product, String method, String path) {
		simulator.nextScript(OperationScript.endingAs("NEXT")
			.pending(Duration.ZERO)
			.running(Duration.ZERO)
			.retryAfter(Duration.ofSeconds(3)));
		HttpResponse<String> response = this.client.send(method, path);
		assertThat(response.statusCode()).isEqualTo(202);
		assertThat(SimulatorClient.header(response, "Retry-After")).isEqualTo("3");
		assertThat(status(product, acceptedId(response))).isEqualTo("NEXT");
	}

	private static String acceptedId(HttpResponse<String> response) {
		Map<String, @Nullable Object> body = SimulatorClient.json(response);
		return response.headers()
			.firstValue("Operation-Id")
			.or(() -> response.headers().firstValue("operationId"))
			.orElseGet(() -> String.valueOf(body.get("operationId")));
	}

	@ParameterizedTest
	@CsvSource({ "MEMORY,/v1/ControlPlane/Stores,mem_store,520052",
			"KNOWLEDGE,/v2/ControlPlane/KnowledgeBases,know_knowledgebase,20404" })
	void memoryAndKnowledgeReportAResourceAndACode(OperationsProduct product, String path, String prefix,
			int notFound) {
		HttpResponse<String> accepted = this.client.send("POST", path);
		String id = SimulatorClient.header(accepted, "Operation-Id");
		String statusUrl = simulator.baseUrl() + product.path().replace("{id}", id);
		assertThat(SimulatorClient.header(accepted, "Location")).isEqualTo(statusUrl);
		assertThat(SimulatorClient.json(accepted)).containsOnlyKeys("message", "statusUrl")
			.containsEntry("statusUrl", statusUrl);
		clock.advance(Duration.ofSeconds(5));
		HttpResponse<String> polled = this.client.poll(product, id);
		assertThat(SimulatorClient.header(polled, "Operation-Id")).isEqualTo(id);
		Map<String, @Nullable Object> body = SimulatorClient.json(polled);
		assertThat(body).containsOnlyKeys("operationId", "status", "createdAt", "completedAt", "statusUrl", "result",
				"resultUrl");
		assertThat(body.get("result")).asString().matches("\\{(type=RESOURCE_ID|id=" + prefix + "_.{26}|, ){3}}");
		assertThat(body.get("resultUrl")).asString().matches(simulator.baseUrl() + path + "/" + prefix + "_.{26}");
		assertThat(failed(product)).isEqualTo(Map.of("type", "https://example.com/taken", "title", "Conflict", "code",
				20409, "detail", "The name is taken"));
		assertThat(SimulatorClient.json(this.client.poll(product, "unknown"))).containsEntry("code", notFound);
	}

	@Test
	void changeOfAResourceReportsItsId() {
		HttpResponse<String> accepted = this.client.send("PATCH", "/v1/ControlPlane/Stores/s%2F1/TraitGroups/t%2F1");
		clock.advance(Duration.ofSeconds(5));
		assertThat(SimulatorClient
			.json(this.client.poll(OperationsProduct.MEMORY, SimulatorClient.header(accepted, "Operation-Id"))))
			.containsEntry("result", Map.of("type", "RESOURCE_ID", "id", "t/1"))
			.containsEntry("resultUrl", simulator.baseUrl() + "/v1/ControlPlane/Stores/s%2F1/TraitGroups/t%2F1");
	}

	private @Nullable Object failed(OperationsProduct product) {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, "The name is taken");
		problem.setType(URI.create("https://example.com/taken"));
		return ended(product, OperationScript.failed(problem)).get("error");
	}

	@Test
	void cohortsAnswerAWriteWithTheOperationAndRelativeUrls() {
		HttpResponse<String> accepted = this.client.send("POST", "/preview/CohortSnapshots");
		Map<String, @Nullable Object> body = SimulatorClient.json(accepted);
		String id = String.valueOf(body.get("operationId"));
		assertThat(accepted.headers().map()).doesNotContainKeys("operation-id", "location");
		assertThat(body).containsEntry("status", "PENDING")
			.containsEntry("statusUrl", "/preview/CohortOperations/" + id)
			.containsEntry("completedAt", null);
		clock.advance(Duration.ofSeconds(5));
		Map<String, @Nullable Object> done = SimulatorClient.json(this.client.poll(OperationsProduct.COHORTS, id));
		assertThat(done.get("result")).asString()
			.contains("cohortSnapshotId=cmp_cohortsnapshot_")
			.contains("profileCount=15420");
		assertThat(done.get("resultUrl")).asString().startsWith("/preview/CohortSnapshots/cmp_cohortsnapshot_");
		assertThat(failed(OperationsProduct.COHORTS)).asString().contains("status=409");
	}

	@Test
	void queryJobsHaveNoIdHeaderButATimeOfCancellation() {
		HttpResponse<String> accepted = this.client.send("POST", "/v3/InsightsDomains/Conversations/QueryJobs");
		Map<String, @Nullable Object> body = SimulatorClient.json(accepted);
		String id = String.valueOf(body.get("operationId"));
		String statusUrl = simulator.baseUrl() + "/v3/InsightsDomains/Conversations/QueryJobs/" + id;
		assertThat(accepted.headers().map()).doesNotContainKey("operation-id");
		assertThat(SimulatorClient.header(accepted, "Location")).isEqualTo(statusUrl);
		assertThat(body).containsOnlyKeys("operationId", "status", "statusUrl", "createdAt")
			.containsEntry("statusUrl", statusUrl);
		clock.advance(Duration.ofSeconds(5));
		assertThat(SimulatorClient.json(this.client.poll(OperationsProduct.INSIGHTS_QUERIES, id)))
			.containsEntry("resultId", id)
			.containsEntry("resultRetentionPeriod", "P7D");
		clock.reset();
		assertThat(ended(OperationsProduct.INSIGHTS_QUERIES, OperationScript.cancelled()))
			.containsEntry("status", "CANCELLED")
			.containsEntry("completedAt", ENDED)
			.doesNotContainKey("resultId");
		assertThat(failed(OperationsProduct.INSIGHTS_QUERIES)).isEqualTo(
				Map.of("code", 20409, "message", "Conflict", "httpStatusCode", 409, "detail", "The name is taken"));
	}

	@Test
	void transcriptionsHaveTheirTimesInsideTheResultAndNoError() {
		HttpResponse<String> accepted = this.client.send("POST", "/v3/Transcriptions");
		String id = SimulatorClient.header(accepted, "Operation-Id");
		assertThat(SimulatorClient.json(accepted)).containsOnlyKeys("status", "statusUrl", "transcription");
		assertThat(SimulatorClient.header(accepted, "Location"))
			.isEqualTo(simulator.baseUrl() + "/v3/Transcriptions/" + id);
		Map<String, @Nullable Object> ended = ended(OperationsProduct.VOICE_TRANSCRIPTIONS,
				OperationScript.failed(ProblemDetail.forStatus(409)));
		assertThat(ended).containsOnlyKeys("operationId", "status", "statusUrl", "transcription")
			.containsEntry("status", "FAILED");
		assertThat(ended.get("transcription")).asString()
			.contains("createdAt=2025-01-05T10:30:00.000000000Z", "updatedAt=2025-01-05T10:30:03.000000000Z");
	}

	@ParameterizedTest
	@CsvSource({ "MESSAGES,/v1/Messages,true,true,true", "EMAILS,/v1/Emails,false,true,true",
			"SENDER_POOLS,/v1/SenderPools,false,true,true",
			"PUSH_NOTIFICATIONS,/v1/PushNotifications,false,true,false" })
	void commsProductsNameTheOperationInDifferentPlaces(OperationsProduct product, String path, boolean header,
			boolean member, boolean location) {
		HttpResponse<String> accepted = this.client.send("POST", path);
		Map<String, @Nullable Object> body = SimulatorClient.json(accepted);
		String id = acceptedId(accepted);
		assertThat(accepted.headers().firstValue("operationId").isPresent()).isEqualTo(header);
		assertThat(body.containsKey("operationId")).isEqualTo(member);
		assertThat(body.get("operationLocation"))
			.isEqualTo(location ? simulator.baseUrl() + product.path().replace("{id}", id) : null);
		assertThat(accepted.headers().map()).doesNotContainKeys("operation-id", "location");
	}

	@ParameterizedTest
	@CsvSource({ "MESSAGES,delivered", "EMAILS,delivered", "SENDER_POOLS,created", "PUSH_NOTIFICATIONS,delivered" })
	void commsProductsReportCountsAndTheTimeOfTheLastChange(OperationsProduct product, String counted) {
		String id = simulator.accept(product, lasting(OperationScript.completed()));
		clock.advance(Duration.ofSeconds(2));
		Map<String, @Nullable Object> running = SimulatorClient.json(this.client.poll(product, id));
		assertThat(running).containsOnlyKeys("id", "status", "stats", "createdAt", "updatedAt")
			.containsEntry("createdAt", CREATED)
			.containsEntry("updatedAt", "2025-01-05T10:30:01Z");
		assertThat(stats(running)).containsEntry("total", 1).containsEntry("queued", 1).containsEntry(counted, 0);
		clock.advance(Duration.ofSeconds(5));
		Map<String, @Nullable Object> done = SimulatorClient.json(this.client.poll(product, id));
		assertThat(done).containsEntry("updatedAt", ENDED);
		assertThat(stats(done)).containsEntry("total", 1).containsEntry("queued", 0).containsEntry(counted, 1);
	}

	@ParameterizedTest
	@EnumSource(names = { "MESSAGES", "EMAILS", "SENDER_POOLS", "PUSH_NOTIFICATIONS" })
	void failureOfACommsProductIsACountOfACompletedOperation(OperationsProduct product) {
		assertThat(stats(ended(product, OperationScript.failed()))).containsEntry("failed", 1);
		clock.reset();
		Map<String, @Nullable Object> partly = ended(product,
				OperationScript.completed().stats(Map.of("total", 3, "failed", 2)));
		assertThat(partly).containsEntry("status", "COMPLETED");
		assertThat(stats(partly)).containsEntry("total", 3).containsEntry("failed", 2).containsEntry("queued", 0);
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Object> stats(Map<String, @Nullable Object> operation) {
		return (Map<String, Object>) Objects.requireNonNull(operation.get("stats"));
	}

	@Test
	void scheduledOperationBeginsLater() {
		String id = simulator.accept(OperationsProduct.EMAILS,
				OperationScript.completed()
					.pending(Duration.ZERO)
					.running(Duration.ZERO)
					.then("SCHEDULED", Duration.ofHours(2))
					.then("PROCESSING", Duration.ofSeconds(5)));
		assertThat(status(OperationsProduct.EMAILS, id)).isEqualTo("SCHEDULED");
		clock.advance(Duration.ofHours(2));
		assertThat(status(OperationsProduct.EMAILS, id)).isEqualTo("PROCESSING");
		clock.advance(Duration.ofSeconds(5));
		assertThat(status(OperationsProduct.EMAILS, id)).isEqualTo("COMPLETED");
	}

	@ParameterizedTest
	@CsvSource({ "CONVERSATIONS,application/json,code message more_info status",
			"MEMORY,application/json,code message more_info status",
			"KNOWLEDGE,application/json,code message more_info status",
			"COHORTS,application/problem+json,type title status detail",
			"INSIGHTS_QUERIES,application/json,code message httpStatusCode userError params",
			"VOICE_TRANSCRIPTIONS,application/problem+json,type title status detail code errors",
			"MESSAGES,application/json,errors", "EMAILS,application/json,errors",
			"SENDER_POOLS,application/json,errors", "PUSH_NOTIFICATIONS,application/json,errors" })
	void errorsHaveTheShapeOfTheProduct(OperationsProduct product, String contentType, String members) {
		simulator.fault("op-1", 1, Fault.unavailable());
		HttpResponse<String> unavailable = this.client.poll(product, "op-1");
		HttpResponse<String> unknown = this.client.poll(product, "op-1");
		HttpResponse<String> unauthorized = this.client.send("GET", product.path().replace("{id}", "op-1"), "Basic x");
		assertThat(List.of(unavailable.statusCode(), unknown.statusCode(), unauthorized.statusCode()))
			.containsExactly(503, 404, 401);
		assertThat(List.of(unavailable, unknown, unauthorized)).allSatisfy((response) -> {
			assertThat(SimulatorClient.header(response, "Content-Type")).isEqualTo(contentType);
			assertThat(SimulatorClient.json(response)).containsOnlyKeys(members.split(" "));
		});
		if (members.equals("errors")) {
			assertThat(SimulatorClient.json(unknown).get("errors")).asString()
				.isEqualTo("[{code=20404, message=The requested resource was not found, "
						+ "infoUrl=https://www.twilio.com/docs/errors/20404, context=null}]");
		}
	}

	@ParameterizedTest
	@EnumSource
	void throttledResponseHasTheRetryHeaderOfItsProduct(OperationsProduct product) {
		simulator.fault(1, Fault.throttled(Duration.ofMillis(1500)));
		HttpResponse<String> response = this.client.poll(product, "op-1");
		assertThat(response.statusCode()).isEqualTo(429);
		boolean own = product == OperationsProduct.INSIGHTS_QUERIES;
		assertThat(response.headers().firstValue(own ? "X-RateLimit-Reset" : "Retry-After")).hasValue("2");
		assertThat(response.headers().firstValue("Retry-After").isPresent()).isEqualTo(!own);
	}

}
