package io.operations.benchmarks.tracking;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

import io.operations.AcceptedOperation;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFunction;

/**
 * The endpoint without a socket: an operation's id says when it began and how long it
 * takes, so that every process knows the same.
 */
final class TimedEndpoint implements ExchangeFunction {

	private final LongAdder polls = new LongAdder();

	private final Map<Long, LongAdder> seconds = new ConcurrentHashMap<>();

	private final Queue<Long> lags = new ConcurrentLinkedQueue<>();

	private volatile long first;

	private final Duration answerTime;

	TimedEndpoint(Duration answerTime) {
		this.answerTime = answerTime;
	}

	static AcceptedOperation operation(int number, Instant began, Duration duration) {
		return new AcceptedOperation("proc_" + began.toEpochMilli() + "_" + duration.toMillis() + "_" + number, null,
				null, Map.of("configurationId", "cfg_" + number));
	}

	static Instant end(String id) {
		return began(id).plusMillis(Long.parseLong(parts(id)[2]));
	}

	private static Instant began(String id) {
		return Instant.ofEpochMilli(Long.parseLong(parts(id)[1]));
	}

	private static String[] parts(String id) {
		return id.split("_", 4);
	}

	long polls() {
		return this.polls.sum();
	}

	/**
	 * Return when the first request arrived.
	 * @return the milliseconds of the epoch, 0 if none has arrived
	 */
	long first() {
		return this.first;
	}

	/**
	 * Return how many requests arrived in each second of the epoch.
	 * @return seconds and numbers, as {@code 1764413105=20}
	 */
	String seconds() {
		return this.seconds.entrySet().stream().map(Object::toString).collect(Collectors.joining(" "));
	}

	/**
	 * Return how late ends were reported since the last call.
	 * @return the milliseconds from the end of each operation to the response
	 */
	Queue<Long> lags() {
		return this.lags;
	}

	private void count(long now) {
		this.first = (this.first != 0) ? this.first : now;
		this.polls.increment();
		this.seconds.computeIfAbsent(now / 1000, (second) -> new LongAdder()).increment();
	}

	@Override
	public Mono<ClientResponse> exchange(ClientRequest request) {
		String path = request.url().getPath();
		String id = path.substring(path.lastIndexOf('/') + 1);
		Mono<ClientResponse> answer = Mono.fromSupplier(() -> {
			count(System.currentTimeMillis());
			return answer(id);
		});
		return this.answerTime.isZero() ? answer : answer.delaySubscription(this.answerTime);
	}

	private ClientResponse answer(String id) {
		Instant end = end(id);
		Duration late = Duration.between(end, Instant.now());
		boolean ended = !late.isNegative();
		if (ended) {
			this.lags.add(late.toMillis());
		}
		return ClientResponse.create(HttpStatus.OK)
			.header("Content-Type", "application/json")
			.body("{\"operationId\":\"" + id + "\",\"status\":\"" + (ended ? "COMPLETED" : "RUNNING")
					+ "\",\"createdAt\":\"" + began(id) + "\",\"completedAt\":" + (ended ? "\"" + end + "\"" : "null")
					+ ",\"statusUrl\":\"https://conversations.twilio.com/v2/ControlPlane/Operations/" + id
					+ "\",\"related\":{\"configurationId\":\"cfg_" + parts(id)[3] + "\"},\"error\":null}")
			.build();
	}

}
