package io.operations.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.operations.OperationsErrorResponse;
import io.operations.internal.polling.OperationPolls;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackingSummary;
import org.jspecify.annotations.Nullable;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.core.NestedExceptionUtils;

/**
 * Finds the tracker and the polls of a client, and waits for the answers of a tracker.
 */
final class TrackerCalls {

	private static final Duration STORE_TIMEOUT = Duration.ofSeconds(10);

	private final Supplier<Map<String, OperationPolls>> clients;

	private final OperationTracker tracker;

	private final SharedSummaries summaries;

	TrackerCalls(Supplier<Map<String, OperationPolls>> clients, OperationTracker tracker) {
		this.clients = clients;
		this.tracker = tracker;
		this.summaries = new SharedSummaries((summary) -> inTime(summary.flux()).next());
	}

	/**
	 * Return the summary of a client.
	 * @param polls the polls of the client
	 * @param tracker the tracker of the client
	 * @return the summary, at most three seconds old
	 */
	TrackingSummary summary(OperationPolls polls, OperationTracker tracker) {
		return await(this.summaries.of(tracker, polls.scheduler()));
	}

	/**
	 * Note that an operator has changed tracked operations.
	 */
	void changed() {
		this.summaries.changed();
	}

	/**
	 * Return the tracker of a client.
	 * @param client the name of the client, {@code null} for the tracker of all clients
	 * @return the tracker
	 */
	OperationTracker tracker(@Nullable String client) {
		if (client == null) {
			return this.tracker;
		}
		EndpointParameters.checkText("client", client);
		if (!this.tracker.clients().contains(client)) {
			throw EndpointParameters.unknownClient(client, this.tracker.clients());
		}
		return this.tracker.forClient(client);
	}

	Map<String, OperationPolls> clients() {
		return this.clients.get();
	}

	private OperationPolls polls() {
		return this.clients.get().values().iterator().next();
	}

	/**
	 * Return the present time.
	 * @return the time of the clock of the first client
	 */
	Instant now() {
		return polls().now();
	}

	<T> T await(Mono<T> answer) {
		return Objects.requireNonNull(awaitAny(answer), "The OperationTracker returned no value");
	}

	// Spring Boot calls the endpoint on a thread that may block.
	<T> @Nullable T awaitAny(Mono<T> answer) {
		return inTime(answer.flux()).blockLast();
	}

	/**
	 * Wait for several answers. Each of them may take as long as a single one.
	 * @param <T> the type of the answers
	 * @param answers the answers
	 * @param each called with each answer
	 * @return the number of answers
	 */
	<T> long awaitAll(Flux<T> answers, Consumer<T> each) {
		return Objects.requireNonNull(inTime(answers).doOnNext(each).count().block());
	}

	/**
	 * Return the text that tells an operator why the store did not answer.
	 * @param fault the exception of a call
	 * @return the text
	 */
	static String fault(RuntimeException fault) {
		Throwable cause = NestedExceptionUtils.getMostSpecificCause(Exceptions.unwrap(fault));
		return "The store of tracked operations cannot be reached: " + cause.getClass().getName() + ": "
				+ OperationsErrorResponse.printable(String.valueOf(cause.getMessage()));
	}

	// An error replaces the next answer once it takes too long.
	private <T> Flux<T> inTime(Flux<T> answers) {
		Flux<T> late = Flux
			.error(() -> new TimeoutException("The store did not answer within " + STORE_TIMEOUT.toSeconds() + " s."));
		return answers.timeout(STORE_TIMEOUT, late, polls().scheduler());
	}

}
