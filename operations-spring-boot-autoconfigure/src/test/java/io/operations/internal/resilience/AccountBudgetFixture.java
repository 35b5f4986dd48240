package io.operations.internal.resilience;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.operations.OperationsListener;
import io.operations.internal.KeyPrefix;
import io.operations.resilience.RateLimitSettings;
import io.operations.resilience.RetrySettings;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

/**
 * Instances that share the rate of an account, in virtual time.
 */
abstract class AccountBudgetFixture {

	static final int RATE = 20;

	final VirtualTimeScheduler scheduler = VirtualTimeScheduler.create();

	final VirtualBudgetStore store = new VirtualBudgetStore(this.scheduler);

	final List<Instance> instances = new ArrayList<>();

	final Instance start(double rate) {
		Instance instance = new Instance(rate);
		this.instances.add(instance);
		return instance;
	}

	final int sent() {
		return this.instances.stream().mapToInt(Instance::sent).sum();
	}

	final void advance(Duration time) {
		this.scheduler.advanceTimeBy(time);
	}

	final <T> T result(Mono<T> call) {
		AtomicReference<T> result = new AtomicReference<>();
		call.subscribe(result::set);
		advance(Duration.ofMillis(50));
		return Objects.requireNonNull(result.get());
	}

	final Throwable fault(Mono<?> call) {
		AtomicReference<Throwable> fault = new AtomicReference<>();
		call.subscribe((value) -> {
		}, fault::set);
		advance(Duration.ofSeconds(1));
		return Objects.requireNonNull(fault.get());
	}

	final class Instance {

		final List<Long> sentAt = new ArrayList<>();

		final List<Throwable> refused = new ArrayList<>();

		final List<String> events = new ArrayList<>();

		private final AtomicReference<RateLimiter> limiter = new AtomicReference<>();

		final Admission admission;

		Instance(double rate) {
			rate(rate);
			this.admission = new Admission("test", this.limiter::get,
					AccountBudgetFixture.this.store
						.of("i" + AccountBudgetFixture.this.instances.size() + "-" + hashCode()),
					new RateLimitSettings(rate, 16, 10_000), RetrySettings.defaults(),
					AccountBudgetFixture.this.scheduler, new OperationsListener() {

						@Override
						public void pauseBegan(String client, Duration pause) {
							Instance.this.events.add("pause");
						}

						@Override
						public void operatorPauseBegan(String client, Duration pause) {
							Instance.this.events.add("operator's pause");
						}

						@Override
						public void pauseEnded(String client) {
							Instance.this.events.add("resumed");
						}

						@Override
						public void budgetUnavailable(String client, Throwable fault) {
							Instance.this.events.add("lost");
						}

						@Override
						public void budgetAvailable(String client, Duration duration) {
							Instance.this.events.add("regained");
						}

					}, KeyPrefix.DEFAULT);
		}

		void rate(double rate) {
			RateLimiterConfig config = new RateLimitSettings(rate, 16, 10_000).toConfig().build();
			this.limiter.set(RateLimiter.of("test", config,
					() -> AccountBudgetFixture.this.scheduler.now(TimeUnit.NANOSECONDS)));
		}

		void fill(int calls) {
			for (int i = 0; i < calls; i++) {
				call().subscribe((value) -> {
				}, this.refused::add);
			}
		}

		// A pause that is too long for fetches does not refuse polls.
		void poll(int calls) {
			for (int i = 0; i < calls; i++) {
				call()
					.contextWrite((context) -> context.put(RequestPriority.class,
							new RequestPriority(RequestPriority.Kind.REPEAT_POLL, 0)))
					.subscribe();
			}
		}

		private Mono<Object> call() {
			return this.admission.admit("op", Mono
				.fromRunnable(() -> this.sentAt.add(AccountBudgetFixture.this.scheduler.now(TimeUnit.NANOSECONDS))));
		}

		int sent() {
			return this.sentAt.size();
		}

		int mostIn(Duration window) {
			long[] times = this.sentAt.stream().mapToLong(Long::longValue).toArray();
			return Arrays.stream(times)
				.mapToInt((begin) -> (int) Arrays.stream(times)
					.filter((time) -> time >= begin && time < begin + window.toNanos())
					.count())
				.max()
				.orElse(0);
		}

	}

}
