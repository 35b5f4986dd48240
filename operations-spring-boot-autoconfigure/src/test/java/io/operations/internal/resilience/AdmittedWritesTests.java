package io.operations.internal.resilience;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.operations.OperationsListener;
import io.operations.resilience.RateLimitSettings;
import io.operations.resilience.RetrySettings;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests the place of writes in the queue.
 */
class AdmittedWritesTests {

	private final List<String> sent = new ArrayList<>();

	private final Admission admission = new Admission("test",
			RateLimiter.of("test",
					RateLimiterConfig.custom()
						.limitForPeriod(Integer.MAX_VALUE)
						.limitRefreshPeriod(Duration.ofHours(1))
						.build()),
			new RateLimitSettings(1, 1, 100), RetrySettings.defaults(), VirtualTimeScheduler.create(),
			new OperationsListener() {
			});

	private final AdmittedWrites writes = new AdmittedWrites(this.admission, null);

	private final Sinks.Empty<Object> first = Sinks.empty();

	@Test
	void writeWhenPollWasDueBeforeIsSentFirst() {
		this.admission.admit("first", this.first.asMono()).subscribe();
		poll();
		write("write");
		this.first.tryEmitEmpty();
		assertThat(this.sent).containsExactly("write", "poll");
	}

	@Test
	void manyWritesLeavePollsTheirShare() {
		this.admission.admit("first", this.first.asMono()).subscribe();
		poll();
		for (int i = 0; i < 10; i++) {
			write("write");
		}
		this.first.tryEmitEmpty();
		assertThat(this.sent).hasSize(11);
		assertThat(this.sent.indexOf("poll")).isLessThan(4);
	}

	@Test
	void writeInsideAPollHasItsOwnTurn() {
		write("write", new RequestPriority(RequestPriority.Kind.REPEAT_POLL, 0, () -> false));
		assertThat(this.sent).containsExactly("write");
	}

	private void poll() {
		this.admission.admit("poll", Mono.fromRunnable(() -> this.sent.add("poll")))
			.contextWrite((context) -> context.put(RequestPriority.class,
					new RequestPriority(RequestPriority.Kind.REPEAT_POLL, Long.MIN_VALUE)))
			.subscribe();
	}

	private void write(String name) {
		write(name, new RequestPriority(RequestPriority.Kind.FETCH, 0));
	}

	private void write(String name, RequestPriority priority) {
		this.writes.admit("The write 'POST /x'", Mono.fromRunnable(() -> this.sent.add(name)), (result) -> null)
			.contextWrite((context) -> context.put(RequestPriority.class, priority))
			.subscribe();
	}

}
