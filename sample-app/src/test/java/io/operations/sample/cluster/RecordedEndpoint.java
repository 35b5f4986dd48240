package io.operations.sample.cluster;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.operations.test.OperationsSimulator;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.resources.ConnectionProvider;

/**
 * Stands before the simulated endpoint and writes down who asks for which operation, from
 * when until when.
 */
final class RecordedEndpoint implements AutoCloseable {

	private static final String OPERATIONS = "/v2/ControlPlane/Operations/";

	private static final List<String> ENDS = List.of("COMPLETED", "FAILED", "CANCELLED");

	private static final int CONNECTIONS = 500;

	// As long as an answer takes at least: so that there is something under way.
	private static final Duration LATENCY = Duration.ofMillis(100);

	private final Set<Poll> open = ConcurrentHashMap.newKeySet();

	private final Collection<Poll> closed = new ConcurrentLinkedQueue<>();

	private final ConnectionProvider connections = ConnectionProvider.create("recorded-endpoint", CONNECTIONS);

	private final HttpClient client;

	private final DisposableServer server;

	RecordedEndpoint(OperationsSimulator simulator) {
		this.client = HttpClient.create(this.connections).baseUrl(simulator.baseUrl());
		this.server = HttpServer.create().host("127.0.0.1").port(0).handle(this::handle).bindNow();
	}

	String baseUrl() {
		return "http://127.0.0.1:" + this.server.port();
	}

	private Mono<Void> handle(HttpServerRequest request, HttpServerResponse response) {
		if (!request.uri().startsWith(OPERATIONS)) {
			return forward(request, response, (body) -> {
			});
		}
		Poll poll = new Poll(request.uri().substring(OPERATIONS.length()),
				Objects.requireNonNullElse(request.requestHeaders().get("User-Agent"), "nobody"));
		this.open.add(poll);
		// Also when whoever asked is gone before the answer.
		return forward(request, response, poll::saw).doFinally((signal) -> {
			poll.end();
			this.closed.add(poll);
			this.open.remove(poll);
		});
	}

	private Mono<Void> forward(HttpServerRequest request, HttpServerResponse response, Consumer<String> sent) {
		return request.receive()
			.aggregate()
			.asString(StandardCharsets.UTF_8)
			.defaultIfEmpty("")
			.flatMap((body) -> this.client.headers((headers) -> headers.set(request.requestHeaders()).remove("Host"))
				.request(request.method())
				.uri(request.uri())
				.send((proxied, outbound) -> body.isEmpty() ? outbound : outbound.sendString(Mono.just(body)))
				.responseSingle((answer, content) -> content.asString(StandardCharsets.UTF_8)
					.defaultIfEmpty("")
					.map((text) -> new Answer(answer.status(), answer.responseHeaders(), text))))
			.delayElement(LATENCY)
			.doOnNext((answer) -> sent.accept(answer.body()))
			.flatMap((answer) -> response.status(answer.status())
				.headers(answer.headers())
				.sendString(Mono.just(answer.body()))
				.then());
	}

	/**
	 * Return how many polls of an instance are under way.
	 * @param instance the instance
	 * @return the number
	 */
	long inFlight(Instance instance) {
		return this.open.stream().filter((poll) -> poll.userAgent.equals(instance.userAgent())).count();
	}

	/**
	 * Return the polls that have come to an end.
	 * @return the polls
	 */
	List<Poll> polls() {
		return List.copyOf(this.closed);
	}

	@Override
	public void close() {
		this.server.disposeNow();
		this.connections.dispose();
	}

	private record Answer(HttpResponseStatus status, HttpHeaders headers, String body) {
	}

	/**
	 * A request for an operation.
	 */
	static final class Poll {

		private final String id;

		private final String userAgent;

		private final long began = System.nanoTime();

		private volatile long ended;

		private volatile boolean sawEnd;

		private Poll(String id, String userAgent) {
			this.id = id;
			this.userAgent = userAgent;
		}

		private void saw(String body) {
			this.sawEnd = ENDS.stream().anyMatch(body::contains);
		}

		private void end() {
			this.ended = System.nanoTime();
		}

		String id() {
			return this.id;
		}

		String userAgent() {
			return this.userAgent;
		}

		long began() {
			return this.began;
		}

		long ended() {
			return this.ended;
		}

		/**
		 * Return whether it returned an operation that has ended.
		 * @return whether the operation had ended
		 */
		boolean sawEnd() {
			return this.sawEnd;
		}

	}

}
