package io.operations.test;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

import io.operations.AcceptedOperation;
import io.operations.OperationsErrorResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.web.util.UriUtils;

/**
 * Answers the requests to the simulator. Independent of the HTTP server.
 */
final class SimulatedEndpoint {

	private static final String OPERATIONS = "/v2/ControlPlane/Operations";

	private static final String CONFIGURATIONS = "/v2/ControlPlane/Configurations";

	private static final String CONVERSATIONS = "/v2/Conversations";

	private static final Set<String> CONFIGURATION_WRITES = Set.of("PUT", "PATCH", "DELETE");

	// Not RFC_1123_DATE_TIME, which writes a day of one digit where HTTP requires two.
	private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter
		.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
		.withZone(ZoneOffset.UTC);

	private final InstantSource clock;

	private final String authorization;

	private final SimulatedOperations operations;

	private final Traffic traffic;

	private final Supplier<OperationScript> scripts;

	SimulatedEndpoint(InstantSource clock, String authorization, SimulatedOperations operations, Traffic traffic,
			Supplier<OperationScript> scripts) {
		this.clock = clock;
		this.authorization = authorization;
		this.operations = operations;
		this.traffic = traffic;
		this.scripts = scripts;
	}

	/**
	 * Answer a request.
	 * @param method the method of the request
	 * @param url the path and the query, still encoded
	 * @param credentials the {@code Authorization}; {@code null} if there is none
	 * @param baseUrl the base URL of the simulator
	 * @return the response
	 */
	Answer answer(String method, String url, @Nullable String credentials, String baseUrl) {
		int query = url.indexOf('?');
		String path = (query >= 0) ? url.substring(0, query) : url;
		String operationId = method.equals("GET") ? idBelow(OPERATIONS, path) : null;
		if (operationId != null) {
			this.traffic.count(operationId);
		}
		Answer answer;
		if (!this.authorization.equals(credentials)) {
			answer = Answer.error(401, 20003, "Authenticate").header("WWW-Authenticate", "Basic realm=\"Simulator\"");
		}
		else if (operationId != null) {
			answer = poll(operationId, baseUrl);
		}
		else {
			answer = write(method, path, baseUrl);
		}
		return answer.header("Date", HTTP_DATE.format(this.clock.instant()))
			.header(OperationsErrorResponse.REQUEST_ID_HEADER, Ids.request());
	}

	private Answer poll(String id, String baseUrl) {
		Answer answer = operation(id, baseUrl);
		Fault fault = this.traffic.nextFault(id);
		return (fault != null) ? fault.applyTo(answer) : answer;
	}

	private Answer operation(String id, String baseUrl) {
		SimulatedOperation operation = this.operations.get(id);
		if (operation == null) {
			return notFound();
		}
		Instant now = this.clock.instant();
		Answer answer = Answer.json(200, operation.describe(statusUrl(baseUrl, id), now));
		return operation.hasEndedAt(now) ? answer : answer.retryAfter(operation.script().pollRetryAfter());
	}

	private Answer write(String method, String path, String baseUrl) {
		String configurationId = idBelow(CONFIGURATIONS, path);
		if (path.equals(CONFIGURATIONS)) {
			return method.equals("POST") ? accept("configurationId", Ids.configuration(), baseUrl) : notAllowed();
		}
		if (configurationId != null) {
			return CONFIGURATION_WRITES.contains(method) ? accept("configurationId", configurationId, baseUrl)
					: notAllowed();
		}
		String conversationId = idBelow(CONVERSATIONS, path);
		if (conversationId != null) {
			return method.equals("DELETE") ? accept("conversationId", conversationId, baseUrl) : notAllowed();
		}
		return (idBelow(OPERATIONS, path) != null) ? notAllowed() : notFound();
	}

	private Answer accept(String kind, String relatedId, String baseUrl) {
		String id = Ids.operation();
		OperationScript script = this.scripts.get();
		if (!add(id, script, Map.of(kind, relatedId))) {
			return Answer.error(503, 20503,
					"The simulator is full: none of its operations has ended. Raise maxOperations, or call reset().");
		}
		String statusUrl = statusUrl(baseUrl, id);
		Map<String, Object> body = new LinkedHashMap<>();
		body.put("statusUrl", statusUrl);
		body.put("related", Map.of(kind, relatedId));
		return Answer.json(202, body)
			.header(AcceptedOperation.OPERATION_ID_HEADER, id)
			.header("Location", statusUrl)
			.retryAfter(script.retryAfter());
	}

	/**
	 * Start an operation.
	 * @param id the operation's id
	 * @param script the script of the operation
	 * @param related the ids of the related resources, each under the kind of resource
	 * @return {@code false} if the simulator is full
	 */
	boolean add(String id, OperationScript script, Map<String, String> related) {
		Instant now = this.clock.instant();
		return this.operations.add(new SimulatedOperation(id, script, now.truncatedTo(ChronoUnit.MILLIS), related),
				now);
	}

	private static String statusUrl(String baseUrl, String id) {
		return baseUrl + OPERATIONS + "/" + UriUtils.encode(id, StandardCharsets.UTF_8);
	}

	private static @Nullable String idBelow(String parent, String path) {
		if (!path.startsWith(parent + "/")) {
			return null;
		}
		String segment = path.substring(parent.length() + 1);
		if (segment.isEmpty() || segment.indexOf('/') >= 0) {
			return null;
		}
		try {
			return UriUtils.decode(segment, StandardCharsets.UTF_8);
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	private static Answer notFound() {
		return Answer.error(404, 20404, "The requested resource was not found");
	}

	private static Answer notAllowed() {
		return Answer.error(405, 20004, "Method not allowed");
	}

}
