package io.operations.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.operations.Operation;
import io.operations.OperationsClosedException;
import io.operations.OperationsCredentials;
import io.operations.OperationsListener;
import io.operations.resilience.RateLimitSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests two templates of one account, with the whole stack in virtual time.
 */
class SharedRateLimitTests {

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final List<String> requests = new ArrayList<>();

	private final List<Operation> seen = new ArrayList<>();

	private final List<Throwable> faults = new ArrayList<>();

	private final List<String> pauses = new ArrayList<>();

	private final List<Object> written = new ArrayList<>();

	private final Sinks.Empty<Void> held = Sinks.empty();

	private boolean hold;

	private Predicate<ClientRequest> throttled = (request) -> false;

	private final OperationsTemplate owner = owner();

	private final OperationsTemplate sharer = this.owner.mutate().name("sharer").sharedRateLimit(this.owner).build();

	@AfterEach
	void close() {
		this.sharer.close();
		this.owner.close();
	}

	@Test
	void bothTemplatesTogetherSendAtTheRateOfTheOwner() {
		for (int i = 0; i < 50; i++) {
			this.owner.fetch("owner-" + i).subscribe(this.seen::add, this.faults::add);
			this.sharer.fetch("sharer-" + i).subscribe(this.seen::add, this.faults::add);
		}
		this.time.advanceTimeBy(Duration.ofSeconds(5));
		assertThat(this.requests).hasSizeBetween(45, 55);
		assertThat(this.requests).filteredOn((id) -> id.startsWith("sharer")).hasSizeBetween(20, 30);
		this.time.advanceTimeBy(Duration.ofSeconds(6));
		assertThat(this.faults).isEmpty();
		assertThat(this.seen).hasSize(100);
	}

	@Test
	void pollsOfBothTogetherStayWithinTheRate() {
		for (int i = 0; i < 100; i++) {
			this.owner.await("owner-" + i).subscribe(this.seen::add, this.faults::add);
			this.sharer.await("sharer-" + i).subscribe(this.seen::add, this.faults::add);
		}
		this.time.advanceTimeBy(Duration.ofSeconds(60));
		assertThat(this.requests).hasSizeBetween(500, 605);
		assertThat(this.requests).filteredOn((id) -> id.startsWith("sharer")).hasSizeBetween(200, 400);
	}

	@Test
	void templateWhenTheOtherIsIdleUsesTheWholeRate() {
		for (int i = 0; i < 200; i++) {
			this.sharer.await("sharer-" + i).subscribe(this.seen::add, this.faults::add);
		}
		this.time.advanceTimeBy(Duration.ofSeconds(60));
		assertThat(this.requests).hasSizeBetween(500, 605);
	}

	@Test
	void pauseOfOnePausesBothUnderTheNameOfTheOwner() {
		this.throttled = (request) -> request.url().getPath().contains("full");
		this.sharer.fetch("full").subscribe(this.seen::add, this.faults::add);
		this.time.advanceTimeBy(Duration.ofMillis(500));
		assertThat(this.pauses).containsExactly("operations");
		this.owner.fetch("owner").subscribe(this.seen::add, this.faults::add);
		this.time.advanceTimeBy(Duration.ofSeconds(5));
		assertThat(this.requests).doesNotContain("owner");
		this.time.advanceTimeBy(Duration.ofSeconds(15));
		assertThat(this.requests).contains("owner");
	}

	@Test
	void closeEndsRequestsOfTheTemplateButNotOfTheOwner() {
		for (int i = 0; i < 30; i++) {
			this.owner.fetch("owner-" + i).subscribe(this.seen::add, this.faults::add);
			this.sharer.fetch("sharer-" + i).subscribe((done) -> {
			}, this.faults::add);
		}
		this.sharer.close();
		int sent = (int) this.requests.stream().filter((id) -> id.startsWith("sharer")).count();
		this.time.advanceTimeBy(Duration.ofSeconds(20));
		assertThat(this.requests).filteredOn((id) -> id.startsWith("sharer")).hasSize(sent);
		assertThat(this.faults).hasSize(30 - sent)
			.allSatisfy((fault) -> assertThat(fault).isInstanceOf(OperationsClosedException.class)
				.hasMessageContaining("sharer"));
		assertThat(this.seen).hasSize(30);
		this.faults.clear();
		this.sharer.fetch("late").subscribe(this.seen::add, this.faults::add);
		this.time.advanceTimeBy(Duration.ofSeconds(20));
		assertThat(this.faults).singleElement().isInstanceOf(OperationsClosedException.class);
	}

	@Test
	void writeWhenTemplateIsClosedFailsButOwnerStillWrites() {
		this.sharer.close();
		write(this.sharer, "sharer");
		write(this.owner, "owner");
		this.time.advanceTimeBy(Duration.ofSeconds(5));
		assertThat(this.requests).containsExactly("owner");
		assertThat(this.faults).singleElement()
			.isInstanceOf(OperationsClosedException.class)
			.asString()
			.contains("sharer");
	}

	@Test
	void closeRefusesQueuedWritesButSentOnesGetResponses() {
		this.hold = true;
		for (int i = 0; i < 30; i++) {
			write(this.sharer, "sharer-" + i);
		}
		this.time.advanceTimeBy(Duration.ofMillis(500));
		int sent = this.requests.size();
		assertThat(sent).isBetween(1, 16);
		this.sharer.close();
		assertThat(this.faults).hasSize(30 - sent)
			.allSatisfy((fault) -> assertThat(fault).isInstanceOf(OperationsClosedException.class));
		this.held.tryEmitEmpty();
		this.time.advanceTimeBy(Duration.ofSeconds(5));
		assertThat(this.requests).hasSize(sent);
		assertThat(this.written).hasSize(sent);
	}

	private void write(OperationsTemplate template, String id) {
		template.getWebClient()
			.post()
			.uri("/v2/{id}", id)
			.retrieve()
			.toBodilessEntity()
			.subscribe(this.written::add, this.faults::add);
	}

	private OperationsTemplate owner() {
		RateLimitSettings settings = new RateLimitSettings(10, 16, 10_000);
		RateLimiterRegistry registry = RateLimiterRegistry.ofDefaults();
		registry.rateLimiter("operations");
		// The rate limiter uses the virtual clock, so it decides as in production.
		registry.replace("operations",
				RateLimiter.of("operations", settings.toConfig().build(), () -> this.time.now(TimeUnit.NANOSECONDS)));
		return OperationsTemplate.builder(WebClient.builder().exchangeFunction(this::answer))
			.credentials(OperationsCredentials.of("SK1", "secret"))
			.rateLimit(settings)
			.rateLimiterRegistry(registry)
			.scheduler(this.time)
			.listener(new OperationsListener() {

				@Override
				public void pauseBegan(String client, Duration pause) {
					SharedRateLimitTests.this.pauses.add(client);
				}

			})
			.build();
	}

	private Mono<ClientResponse> answer(ClientRequest request) {
		String path = request.url().getPath();
		this.requests.add(path.substring(path.lastIndexOf('/') + 1));
		if (this.throttled.test(request)) {
			return Mono.just(ClientResponse.create(HttpStatusCode.valueOf(429)).header("Retry-After", "10").build());
		}
		ClientResponse running = ClientResponse.create(HttpStatusCode.valueOf(200))
			.header("Content-Type", MediaType.APPLICATION_JSON_VALUE)
			.body("{\"operationId\":\"a\",\"status\":\"RUNNING\"}")
			.build();
		return this.hold ? this.held.asMono().thenReturn(running) : Mono.just(running);
	}

}
