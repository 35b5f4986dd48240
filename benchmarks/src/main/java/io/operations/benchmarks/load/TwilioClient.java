package io.operations.benchmarks.load;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import com.twilio.exception.TwilioException;
import com.twilio.http.TwilioRestClient;
import com.twilio.rest.conversations.v2.Operation;
import io.operations.AcceptedOperation;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * The vendor's SDK, which fetches and blocks, in a loop: a pool of threads and a timer. A
 * poll that is refused is repeated a second later.
 */
final class TwilioClient implements PollingClient {

	private static final int THREADS = 64;

	private final TwilioRestClient client;

	private final Duration interval;

	private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

	private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

	TwilioClient(Target target) {
		this.client = new TwilioRestClient.Builder(target.account(), "secret")
			.httpClient(new RedirectedHttpClient(target.baseUrl()))
			.build();
		this.interval = target.interval();
	}

	@Override
	public Mono<Void> await(AcceptedOperation accepted) {
		return Mono.create((sink) -> this.threads.execute(() -> poll(accepted.id(), sink)));
	}

	private void poll(String id, MonoSink<Void> sink) {
		if (hasEnded(id)) {
			sink.success();
		}
		else {
			pollLater(id, sink);
		}
	}

	@SuppressWarnings("FutureReturnValueIgnored")
	private void pollLater(String id, MonoSink<Void> sink) {
		this.timer.schedule(() -> this.threads.execute(() -> poll(id, sink)), this.interval.toMillis(),
				TimeUnit.MILLISECONDS);
	}

	private boolean hasEnded(String id) {
		try {
			// The SDK has no word for RUNNING: it maps that to null.
			return Operation.fetcher(id)
				.fetch(this.client)
				.getStatus() == Operation.ConversationsV2OperationStatusValue.COMPLETED;
		}
		catch (TwilioException ex) {
			return false;
		}
	}

}
