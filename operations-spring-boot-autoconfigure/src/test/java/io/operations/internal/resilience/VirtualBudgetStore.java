package io.operations.internal.resilience;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.operations.resilience.BudgetStore;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Keeps the row and the instances of a client in virtual time, with the rules of the real
 * statement.
 */
final class VirtualBudgetStore {

	private static final long LIVE = Duration.ofSeconds(15).toNanos();

	private final Map<String, Long> seen = new HashMap<>();

	private final Map<String, Boolean> sending = new HashMap<>();

	private final Scheduler scheduler;

	Duration latency = Duration.ofMillis(2);

	boolean silent;

	boolean failing;

	boolean throwing;

	boolean reservesFail;

	int othersAtStart;

	long nextAt;

	long pausedUntil;

	boolean pausedByOperator;

	long resumes;

	int statements;

	VirtualBudgetStore(Scheduler scheduler) {
		this.scheduler = scheduler;
	}

	BudgetStore of(String instance) {
		return new BudgetStore() {

			@Override
			public Mono<Reservation> reserve(String client, int permits, Duration duration, Duration longestDebt) {
				if (VirtualBudgetStore.this.reservesFail) {
					return Mono.error(new IllegalStateException("no permit"));
				}
				return answer(() -> {
					long now = now();
					VirtualBudgetStore.this.nextAt = Math
						.max(Math.max(Math.min(VirtualBudgetStore.this.nextAt, now + longestDebt.toNanos()),
								VirtualBudgetStore.this.pausedUntil), now)
							+ duration.toNanos();
					return new Reservation(Duration.ofNanos(VirtualBudgetStore.this.nextAt - now), paused());
				});
			}

			@Override
			public Mono<Others> report(String client, boolean isSending) {
				return answer(() -> {
					VirtualBudgetStore.this.seen.put(instance, now());
					VirtualBudgetStore.this.sending.put(instance, isSending);
					int alive = 0;
					int busy = 0;
					for (Map.Entry<String, Long> other : VirtualBudgetStore.this.seen.entrySet()) {
						if (!other.getKey().equals(instance) && now() - other.getValue() < LIVE) {
							alive++;
							busy += VirtualBudgetStore.this.sending.getOrDefault(other.getKey(), false) ? 1 : 0;
						}
					}
					return new Others(alive, busy, paused());
				});
			}

			@Override
			public Mono<Pause> pause(String client, Duration pause, boolean byOperator) {
				return answer(() -> {
					if (now() + pause.toNanos() >= VirtualBudgetStore.this.pausedUntil) {
						VirtualBudgetStore.this.pausedUntil = now() + pause.toNanos();
						VirtualBudgetStore.this.pausedByOperator = byOperator;
					}
					return paused();
				});
			}

			@Override
			public Mono<Long> resume(String client) {
				return answer(() -> {
					VirtualBudgetStore.this.pausedUntil = 0;
					VirtualBudgetStore.this.nextAt = Math.min(VirtualBudgetStore.this.nextAt, now());
					return ++VirtualBudgetStore.this.resumes;
				});
			}

			@Override
			public int othersAtStart(String client) {
				return VirtualBudgetStore.this.othersAtStart;
			}

			@Override
			public Mono<Void> leave(String client) {
				return answer(() -> {
					VirtualBudgetStore.this.seen.remove(instance);
					return true;
				}).then();
			}

		};
	}

	private <T> Mono<T> answer(Supplier<T> statement) {
		if (this.throwing) {
			throw new IllegalStateException("no thread");
		}
		Mono<T> answer = Mono.fromSupplier(() -> {
			this.statements++;
			return statement.get();
		}).delayElement(this.latency, this.scheduler);
		return Mono.defer(() -> this.silent ? Mono.never()
				: this.failing ? Mono.error(new IllegalStateException("no database")) : answer);
	}

	private BudgetStore.Pause paused() {
		return new BudgetStore.Pause(Duration.ofNanos(Math.max(0, this.pausedUntil - now())), this.pausedByOperator,
				this.resumes);
	}

	private long now() {
		return this.scheduler.now(TimeUnit.NANOSECONDS);
	}

}
