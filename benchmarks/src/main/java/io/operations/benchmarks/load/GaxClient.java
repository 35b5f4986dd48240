package io.operations.benchmarks.load;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import com.google.api.gax.longrunning.OperationTimedPollAlgorithm;
import com.google.api.gax.retrying.RetrySettings;
import com.google.api.gax.retrying.TimedAttemptSettings;
import io.operations.AcceptedOperation;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

import org.springframework.web.reactive.function.client.WebClient;

/**
 * The polling algorithm of Google's clients with what those generate as its settings (5 s
 * times 1.5 up to 45 s, each drawn between nothing and that), shortened as the durations
 * are. A poll that is refused is one that told nothing.
 */
final class GaxClient implements PollingClient {

	private final WebClient webClient;

	private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();

	private final OperationTimedPollAlgorithm algorithm = OperationTimedPollAlgorithm.create(RetrySettings.newBuilder()
		.setInitialRetryDelayDuration(scaled(5000))
		.setRetryDelayMultiplier(1.5)
		.setMaxRetryDelayDuration(scaled(45_000))
		.setTotalTimeoutDuration(Duration.ofMinutes(10))
		.build());

	GaxClient(Target target) {
		this.webClient = target.webClient();
	}

	private static Duration scaled(double millis) {
		return Duration.ofMillis(Math.round(millis * Distribution.SCALE));
	}

	@Override
	public Mono<Void> await(AcceptedOperation accepted) {
		return Mono.create((sink) -> poll(accepted.id(), this.algorithm.createFirstAttempt(), sink));
	}

	private void poll(String id, TimedAttemptSettings attempt, MonoSink<Void> sink) {
		this.webClient.get()
			.uri("/v2/ControlPlane/Operations/{id}", id)
			.retrieve()
			.bodyToMono(OperationAnswer.class)
			.subscribe((answer) -> {
				if (answer.ended()) {
					sink.success();
				}
				else {
					pollLater(id, attempt, sink);
				}
			}, (ex) -> pollLater(id, attempt, sink));
	}

	@SuppressWarnings("FutureReturnValueIgnored")
	private void pollLater(String id, TimedAttemptSettings attempt, MonoSink<Void> sink) {
		TimedAttemptSettings next = this.algorithm.createNextAttempt(attempt);
		this.executor.schedule(() -> poll(id, next, sink), next.getRandomizedRetryDelayDuration().toMillis(),
				TimeUnit.MILLISECONDS);
	}

}
