package io.operations.internal.tracking;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

import io.operations.BasicCredentials;
import io.operations.core.OperationsTemplate;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.util.UriUtils;

/**
 * The endpoint without a socket: answers each poll of an operation as its script says,
 * and notes which polls there were.
 */
public final class ScriptedEndpoint implements ExchangeFunction {

	private final Map<String, IntFunction<Mono<ClientResponse>>> scripts = new ConcurrentHashMap<>();

	private final Map<String, AtomicInteger> polls = new ConcurrentHashMap<>();

	private final Map<String, AtomicInteger> underWay = new ConcurrentHashMap<>();

	private final List<String> overlaps = new CopyOnWriteArrayList<>();

	private final List<Poll> order = new CopyOnWriteArrayList<>();

	private volatile IntFunction<Mono<ClientResponse>> others = (poll) -> status("RUNNING");

	public OperationsTemplate.Builder template() {
		return OperationsTemplate.builder(WebClient.builder().exchangeFunction(this))
			.baseUrl("http://localhost:1")
			.credentials(() -> new BasicCredentials("SK1", "secret"));
	}

	public void others(IntFunction<Mono<ClientResponse>> script) {
		this.others = script;
	}

	/**
	 * Say how polls of an operation are answered.
	 * @param id the operation's id
	 * @param script from the number of the poll, the first is 1, to its answer
	 */
	public void script(String id, IntFunction<Mono<ClientResponse>> script) {
		this.scripts.put(id, script);
	}

	public void script(String id, List<Mono<ClientResponse>> answers) {
		script(id, (poll) -> answers.get(Math.min(poll, answers.size()) - 1));
	}

	public int polls(String id) {
		return this.polls.getOrDefault(id, new AtomicInteger()).get();
	}

	public List<String> order() {
		return this.order.stream().map(Poll::id).toList();
	}

	/**
	 * Return the time between two polls.
	 * @param one the place of the first in the order, from 0 on
	 * @param other the place of the second
	 * @return the time
	 */
	public Duration between(int one, int other) {
		return Duration.ofNanos(this.order.get(other).at() - this.order.get(one).at());
	}

	public List<String> overlaps() {
		return this.overlaps;
	}

	@Override
	public Mono<ClientResponse> exchange(ClientRequest request) {
		String path = request.url().getRawPath();
		String id = UriUtils.decode(path.substring(path.lastIndexOf('/') + 1), StandardCharsets.UTF_8);
		return Mono.defer(() -> {
			this.order.add(new Poll(id, System.nanoTime()));
			int poll = this.polls.computeIfAbsent(id, (key) -> new AtomicInteger()).incrementAndGet();
			AtomicInteger now = this.underWay.computeIfAbsent(id, (key) -> new AtomicInteger());
			if (now.incrementAndGet() > 1) {
				this.overlaps.add(id);
			}
			AtomicBoolean ended = new AtomicBoolean();
			Runnable end = () -> {
				if (ended.compareAndSet(false, true)) {
					now.decrementAndGet();
				}
			};
			// A poll ends before its answer is told: after that, the next may begin.
			return this.scripts.getOrDefault(id, this.others).apply(poll).doOnTerminate(end).doOnCancel(end);
		});
	}

	public static Mono<ClientResponse> status(String status) {
		return json("{\"status\": \"" + status + "\", \"related\": {\"configurationId\": \"cfg_1\"}}");
	}

	public static Mono<ClientResponse> json(String body) {
		return Mono.fromSupplier(() -> ClientResponse.create(HttpStatus.OK)
			.header(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON_VALUE)
			.body(body)
			.build());
	}

	public static Mono<ClientResponse> error(int status) {
		return Mono.fromSupplier(() -> ClientResponse.create(HttpStatus.valueOf(status)).build());
	}

	public static Mono<ClientResponse> error(int status, Duration retryAfter) {
		return Mono.fromSupplier(() -> ClientResponse.create(HttpStatus.valueOf(status))
			.header(HttpHeaders.RETRY_AFTER, Long.toString(retryAfter.toSeconds()))
			.build());
	}

	/**
	 * A request for an operation.
	 */
	private record Poll(String id, long at) {
	}

}
