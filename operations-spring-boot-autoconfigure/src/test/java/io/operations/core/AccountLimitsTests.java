package io.operations.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntFunction;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.github.resilience4j.retry.RetryConfig;
import io.operations.Operation;
import io.operations.OperationStatus;
import io.operations.OperationTimeoutException;
import io.operations.OperationsCredentials;
import io.operations.resilience.RateLimitSettings;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.http.HttpStatusCode;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests how fetches and waits share the limits of an account, with the whole stack in
 * virtual time.
 */
class AccountLimitsTests {

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final List<Long> requests = new ArrayList<>();

	private final List<Operation> seen = new ArrayList<>();

	private final List<Throwable> faults = new ArrayList<>();

	private IntFunction<Integer> status = (request) -> 200;

	private IntFunction<OperationStatus> operation = (request) -> OperationStatus.RUNNING;

	@Test
	void fetchesWhenTheyArriveTogetherQueueAndNoneIsRefused() {
		OperationsTemplate template = template(50);
		for (int i = 0; i < 2000; i++) {
			template.fetch("op-" + i).subscribe(this.seen::add, this.faults::add);
		}
		this.time.advanceTimeBy(Duration.ofSeconds(41));
		assertThat(this.faults).isEmpty();
		assertThat(this.seen).hasSize(2000);
	}

	@Test
	void fetchWhenRetriedTakesOnePermitPerAttempt() {
		this.status = (request) -> 503;
		template(0.5).fetch("op").subscribe(this.seen::add, this.faults::add);
		this.time.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(this.requests).hasSize(3);
		assertThat(this.requests.get(1) - this.requests.get(0)).isGreaterThanOrEqualTo(1999);
		assertThat(this.requests.get(2) - this.requests.get(1)).isGreaterThanOrEqualTo(1999);
	}

	@Test
	void awaitWhenQueueIsLongerThanDeadlineTimesOutUnsent() {
		OperationsTemplate template = template(0.1);
		template.fetch("first").subscribe();
		template.await("op", Duration.ofSeconds(3)).subscribe(this.seen::add, this.faults::add);
		this.time.advanceTimeBy(Duration.ofMillis(2999));
		assertThat(this.faults).isEmpty();
		this.time.advanceTimeBy(Duration.ofMillis(1));
		assertThat(this.faults).singleElement()
			.isInstanceOfSatisfying(OperationTimeoutException.class,
					(timeout) -> assertThat(timeout.getLastSeen()).isNull())
			.asInstanceOf(InstanceOfAssertFactories.THROWABLE)
			.hasMessageContaining("has been due for")
			.hasMessageContaining("allow only 0.0833 polls per second");
		this.time.advanceTimeBy(Duration.ofMinutes(5));
		assertThat(this.requests).hasSize(1);
	}

	@Test
	void fetchWhenCallerSetsTimeoutCoversQueueing() {
		OperationsTemplate template = template(0.1);
		template.fetch("first").subscribe();
		template.fetch("op").timeout(Duration.ofSeconds(3), this.time).subscribe(this.seen::add, this.faults::add);
		this.time.advanceTimeBy(Duration.ofSeconds(3));
		assertThat(this.faults).singleElement().isInstanceOf(TimeoutException.class);
		this.time.advanceTimeBy(Duration.ofMinutes(5));
		assertThat(this.requests).hasSize(1);
	}

	@Test
	void fetchWhenRetryConfigRepeatsResultsIsSentOnce() {
		OperationsTemplate template = template(50).mutate()
			.name("repeats-results")
			.retryConfig(RetryConfig.custom().retryOnResult((result) -> true).build())
			.build();
		template.fetch("op").subscribe(this.seen::add, this.faults::add);
		this.time.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(this.requests).hasSize(1);
		assertThat(this.seen).hasSize(1);
	}

	@Test
	void watchWhenPollsFailInBetweenEmitsEachStatusOnce() {
		this.status = (request) -> (request % 2 == 0) ? 200 : 503;
		this.operation = (request) -> (request < 4) ? OperationStatus.PENDING
				: (request < 8) ? OperationStatus.RUNNING : OperationStatus.COMPLETED;
		template(50).watch("op").subscribe(this.seen::add, this.faults::add);
		this.time.advanceTimeBy(Duration.ofMinutes(9));
		assertThat(this.faults).isEmpty();
		assertThat(this.seen).extracting(Operation::status)
			.containsExactly(OperationStatus.PENDING, OperationStatus.RUNNING, OperationStatus.COMPLETED);
	}

	@Test
	void pollWhenServerIsUnavailableIsNotRetried() {
		this.status = (request) -> 503;
		template(50).await("op", Duration.ofSeconds(2)).subscribe(this.seen::add, this.faults::add);
		this.time.advanceTimeBy(Duration.ofSeconds(2));
		assertThat(this.requests).hasSizeBetween(2, 5);
		for (int i = 1; i < this.requests.size(); i++) {
			assertThat(this.requests.get(i) - this.requests.get(i - 1)).isGreaterThanOrEqualTo(425);
		}
	}

	private OperationsTemplate template(double rate) {
		RateLimitSettings settings = new RateLimitSettings(rate, 16, 10_000);
		RateLimiterRegistry registry = RateLimiterRegistry.ofDefaults();
		registry.rateLimiter("operations");
		// The rate limiter uses the virtual clock, so it decides as in production.
		registry.replace("operations",
				RateLimiter.of("operations", settings.toConfig().build(), () -> this.time.now(TimeUnit.NANOSECONDS)));
		return OperationsTemplate.builder(WebClient.builder().exchangeFunction((request) -> answer()))
			.credentials(OperationsCredentials.of("SK1", "secret"))
			.rateLimit(settings)
			.rateLimiterRegistry(registry)
			.scheduler(this.time)
			.build();
	}

	private Mono<ClientResponse> answer() {
		int request = this.requests.size();
		this.requests.add(this.time.now(TimeUnit.MILLISECONDS));
		return Mono.just(ClientResponse.create(HttpStatusCode.valueOf(this.status.apply(request)))
			.header("Content-Type", "application/json")
			.body("{\"status\":\"" + this.operation.apply(request) + "\"}")
			.build());
	}

}
