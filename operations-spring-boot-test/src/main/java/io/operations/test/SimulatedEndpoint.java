package io.operations.test;

import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

import io.operations.OperationsErrorResponse;
import io.operations.OperationsProduct;

/**
 * Answers the requests to the simulator. This class does not depend on the HTTP server.
 */
final class SimulatedEndpoint {

	// Not RFC_1123_DATE_TIME, which writes a day of one digit where HTTP requires two.
	private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter
		.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
		.withZone(ZoneOffset.UTC);

	private static final String NOT_FOUND = "The requested resource was not found";

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
	 * @param request the request
	 * @return the response
	 */
	Answer answer(SimulatedRequest request) {
		List<Route.Match> matches = Route.find(request);
		List<Route.Match> polls = matches.stream()
			.filter((match) -> match.route().isOperation() && match.route().methods().contains(request.method()))
			.toList();
		if (!polls.isEmpty()) {
			this.traffic.count(polls.get(0).id());
		}
		Answer answer;
		if (!this.authorization.equals(request.credentials())) {
			answer = dialect(request, matches).error(401, 20003, "Authenticate")
				.header("WWW-Authenticate", "Basic realm=\"Simulator\"");
		}
		else if (!polls.isEmpty()) {
			answer = poll(request, polls);
		}
		else {
			answer = write(request, matches);
		}
		return answer.header("Date", HTTP_DATE.format(this.clock.instant()))
			.header(OperationsErrorResponse.REQUEST_ID_HEADER, Ids.request());
	}

	private static Dialect dialect(SimulatedRequest request, List<Route.Match> matches) {
		if (!matches.isEmpty()) {
			return Dialects.of(matches.get(0).product());
		}
		return Arrays.stream(OperationsProduct.values())
			.filter(request::isFor)
			.findFirst()
			.map(Dialects::of)
			.orElseThrow();
	}

	// Two products have the same path, but each has its own server. The simulator stands
	// for both.
	private Answer poll(SimulatedRequest request, List<Route.Match> polls) {
		Route.Match poll = polls.stream()
			.filter((match) -> this.operations.get(match.product(), match.id()) != null)
			.findFirst()
			.orElse(polls.get(0));
		Answer answer = operation(request, poll);
		Fault fault = this.traffic.nextFault(poll.id());
		return (fault != null) ? fault.applyTo(answer, Dialects.of(poll.product())) : answer;
	}

	private Answer operation(SimulatedRequest request, Route.Match poll) {
		Dialect dialect = Dialects.of(poll.product());
		SimulatedOperation operation = this.operations.get(poll.product(), poll.id());
		if (operation == null) {
			return dialect.error(404, dialect.notFoundCode(), NOT_FOUND);
		}
		Instant now = this.clock.instant();
		Answer answer = dialect.polled(operation, poll.baseUrl(request), now);
		return operation.hasEndedAt(now) ? answer : answer.retryAfter(operation.script().pollRetryAfter());
	}

	private Answer write(SimulatedRequest request, List<Route.Match> matches) {
		Dialect dialect = dialect(request, matches);
		if (matches.isEmpty()) {
			return dialect.error(404, 20404, NOT_FOUND);
		}
		return matches.stream()
			.filter((match) -> match.route().methods().contains(request.method()))
			.findFirst()
			.map((match) -> accept(request, match))
			.orElseGet(() -> dialect.error(405, 20004, "Method not allowed"));
	}

	private Answer accept(SimulatedRequest request, Route.Match write) {
		Dialect dialect = Dialects.of(write.product());
		Instant now = this.clock.instant();
		SimulatedOperation operation = operation(write.product(), Ids.of(dialect.idPrefix()), this.scripts.get(),
				write.resource(request));
		if (!this.operations.add(operation, now)) {
			return dialect.error(503, 20503,
					"The simulator is full: none of its operations has ended. Raise maxOperations, or call reset().");
		}
		return dialect.accepted(operation, write.baseUrl(request), now).retryAfter(operation.script().retryAfter());
	}

	/**
	 * Start an operation as if a write had started it.
	 * @param product the product that the operation belongs to
	 * @param id the operation's id
	 * @param script the script of the operation
	 * @return {@code false} if the simulator is full
	 */
	boolean add(OperationsProduct product, String id, OperationScript script) {
		return this.operations.add(operation(product, id, script, Route.resource(product)), this.clock.instant());
	}

	private SimulatedOperation operation(OperationsProduct product, String id, OperationScript script,
			SimulatedOperation.Resource resource) {
		return new SimulatedOperation(product, id, script, this.clock.instant().truncatedTo(ChronoUnit.MILLIS),
				resource);
	}

}
