package io.operations.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.operations.OperationWait;
import io.operations.core.OperationsTemplate;
import io.operations.internal.polling.PollEvent;
import io.operations.internal.polling.PollListener;
import io.operations.internal.tracking.ScriptedEndpoint;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.web.reactive.function.client.ClientResponse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests the history of an operation that is awaited again while the listeners are
 * notified of the end of the wait before.
 */
class AwaitedAgainTests {

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final ScriptedEndpoint endpoint = new ScriptedEndpoint();

	private final OperationsHistory history = new OperationsHistory(
			() -> Instant.ofEpochMilli(this.time.now(TimeUnit.MILLISECONDS)));

	private final AtomicReference<Runnable> atEnd = new AtomicReference<>(() -> {
	});

	private final AtomicReference<Runnable> atPoll = new AtomicReference<>(() -> {
	});

	private final OperationsTemplate template = this.endpoint.template()
		.scheduler(this.time)
		.listener(new Interrupting())
		.listener(this.history.listener())
		.build();

	private Disposable wait = Disposables.disposed();

	@AfterEach
	void close() {
		this.template.close();
	}

	@Test
	void whenAwaitedAgainBeforeTheEndIsReportedTheNewHistoryRemains() {
		await();
		this.time.advanceTimeBy(Duration.ofSeconds(5));
		assertThat(polls()).isPositive();
		this.atEnd.set(this::awaitAndPoll);
		this.wait.dispose();
		assertThat(this.endpoint.polls("op")).as("of the second wait").isGreaterThan(1);
		assertThat(polls()).isPositive();
		endOfTheSecondWaitRemovesTheHistory();
	}

	@Test
	void whenAwaitedAgainBeforeALateResultIsReportedTheNewHistoryRemains() {
		Sinks.One<ClientResponse> late = Sinks.one();
		Mono<ClientResponse> running = ScriptedEndpoint.status("RUNNING");
		this.endpoint.script("op", (poll) -> (poll == 1) ? late.asMono() : running);
		await();
		this.time.advanceTimeBy(Duration.ofSeconds(5));
		this.atPoll.set(() -> {
			this.wait.dispose();
			awaitAndPoll();
		});
		late.tryEmitValue(running.block());
		assertThat(this.endpoint.polls("op")).as("of the second wait").isGreaterThan(1);
		assertThat(polls()).isPositive();
		endOfTheSecondWaitRemovesTheHistory();
	}

	private void endOfTheSecondWaitRemovesTheHistory() {
		this.wait.dispose();
		assertThat(find()).isNull();
	}

	private void awaitAndPoll() {
		await();
		this.time.advanceTimeBy(Duration.ofSeconds(5));
	}

	private void await() {
		this.wait = this.template.await("op").subscribe((end) -> {
		}, (fault) -> {
		});
	}

	private long polls() {
		OperationsHistory.Known known = find();
		List<HistoryEvent> events = (known != null) ? known.events() : List.of();
		return events.stream().filter((event) -> event.event().equals("poll")).count();
	}

	private OperationsHistory.@Nullable Known find() {
		return this.history.find("operations", "op", false, null, (fault) -> fault);
	}

	/**
	 * Is called before the history.
	 */
	private final class Interrupting implements PollListener {

		@Override
		public void polled(String client, PollEvent poll) {
			AwaitedAgainTests.this.atPoll.getAndSet(() -> {
			}).run();
		}

		@Override
		public void abandoned(String client, String operationId, boolean isTracked) {
		}

		@Override
		public void waitEnded(String client, OperationWait wait, @Nullable Throwable reason) {
			AwaitedAgainTests.this.atEnd.getAndSet(() -> {
			}).run();
		}

	}

}
