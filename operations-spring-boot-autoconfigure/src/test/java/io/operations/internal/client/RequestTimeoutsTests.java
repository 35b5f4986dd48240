package io.operations.internal.client;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import io.operations.OperationsUnavailableException;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.test.publisher.TestPublisher;
import reactor.test.publisher.TestPublisher.Violation;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

class RequestTimeoutsTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private final VirtualTimeScheduler scheduler = VirtualTimeScheduler.create();

	private final AtomicInteger cancelled = new AtomicInteger();

	private final List<Throwable> faults = new ArrayList<>();

	private Mono<ClientResponse> answer = Mono.<ClientResponse>never().doOnCancel(this.cancelled::incrementAndGet);

	private final WebClientOperationFetcher fetcher = new WebClientOperationFetcher(
			WebClient.builder().exchangeFunction((request) -> this.answer).build(), Endpoint.FORMAT,
			URI.create("https://h.example"), "/{id}", TIMEOUT, this.scheduler);

	@Test
	void eachExchangeEndsAtItsOwnDeadlineAndIsCancelled() {
		fetch("a");
		this.scheduler.advanceTimeBy(Duration.ofSeconds(4));
		fetch("b");
		this.scheduler.advanceTimeBy(Duration.ofMillis(5999));
		assertThat(this.faults).isEmpty();
		this.scheduler.advanceTimeBy(Duration.ofMillis(1));
		assertThat(this.faults).hasSize(1);
		this.scheduler.advanceTimeBy(Duration.ofMillis(3999));
		assertThat(this.faults).hasSize(1);
		this.scheduler.advanceTimeBy(Duration.ofMillis(1));
		assertThat(this.faults).hasSize(2).hasOnlyElementsOfType(OperationsUnavailableException.class);
		assertThat(this.cancelled).hasValue(2);
	}

	@Test
	void exchangeWhenItHasEndedIsNotTimedOut() {
		fetch("a").dispose();
		this.answer = Mono.just(ClientResponse.create(HttpStatus.OK).body("{\"status\": \"RUNNING\"}").build());
		fetch("b");
		this.scheduler.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(this.faults).isEmpty();
		assertThat(this.cancelled).hasValue(1);
	}

	@Test
	void deadlineWhenASubscriberThrowsStillEndsTheOthers() {
		List<Throwable> dropped = new ArrayList<>();
		Hooks.onErrorDropped(dropped::add);
		try {
			this.fetcher.fetch("a").subscribe((snapshot) -> {
			}, (fault) -> {
				throw new IllegalStateException("broken");
			});
			fetch("b");
			this.scheduler.advanceTimeBy(Duration.ofSeconds(1));
			fetch("c");
			this.scheduler.advanceTimeBy(TIMEOUT);
		}
		finally {
			Hooks.resetOnErrorDropped();
		}
		assertThat(this.faults).hasSize(2);
		assertThat(dropped).hasSize(1);
	}

	@Test
	void faultWhenDeadlineHasPassedIsNotLogged() {
		List<Throwable> dropped = new ArrayList<>();
		Hooks.onErrorDropped(dropped::add);
		try {
			TestPublisher<ClientResponse> head = TestPublisher.createNoncompliant(Violation.CLEANUP_ON_TERMINATE);
			this.answer = head.flux().next();
			fetch("a");
			head.next(ClientResponse.create(HttpStatus.OK).body(Flux.never()).build());
			this.scheduler.advanceTimeBy(TIMEOUT);
			head.error(new IOException("late"));
			this.answer = Mono.fromFuture(() -> new CompletableFuture<>() {

				@Override
				public boolean cancel(boolean mayInterruptIfRunning) {
					return completeExceptionally(new IOException("closed"));
				}

			});
			fetch("b");
			this.scheduler.advanceTimeBy(TIMEOUT);
		}
		finally {
			Hooks.resetOnErrorDropped();
		}
		assertThat(this.faults).hasSize(2).hasOnlyElementsOfType(OperationsUnavailableException.class);
		assertThat(dropped).isEmpty();
	}

	@Test
	void interimAnswerFailsTransientlyWithoutItsBody() {
		this.answer = Mono.just(ClientResponse.create(HttpStatus.valueOf(103)).body(Flux.<DataBuffer>never()).build());
		fetch("a");
		assertThat(this.faults).singleElement()
			.isInstanceOfSatisfying(OperationsUnavailableException.class,
					(failure) -> assertThat(failure.isTransient()).isTrue());
	}

	private Disposable fetch(String id) {
		return this.fetcher.fetch(id).subscribe((snapshot) -> {
		}, this.faults::add);
	}

}
