package io.operations.internal.resilience;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.operations.resilience.BudgetStore;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Calls the store of the shared budget for one client. Each call ends within a second. A
 * store that throws an exception counts as unavailable, like a store that does not
 * answer. Results arrive on the scheduler, because the thread of the store must be free
 * for the next statement.
 */
final class BudgetCalls {

	private static final Duration TIMEOUT = Duration.ofSeconds(1);

	private final String client;

	private final BudgetStore store;

	private final Scheduler scheduler;

	BudgetCalls(String client, BudgetStore store, Scheduler scheduler) {
		this.client = client;
		this.store = store;
		this.scheduler = scheduler;
	}

	/**
	 * Reserve permits.
	 * @param permits the number of permits
	 * @param perSecond the rate of this instance
	 * @param instances how many instances may have reserved a block before this
	 * reservation
	 * @param then called with the reservation
	 * @param onFault called if the store is unavailable
	 */
	void reserve(int permits, double perSecond, int instances, Consumer<BudgetStore.Reservation> then,
			Consumer<Throwable> onFault) {
		double seconds = permits / perSecond;
		call(() -> this.store.reserve(this.client, permits, seconds(seconds), seconds(2 * instances * seconds)), then,
				onFault);
	}

	void report(boolean sending, Consumer<BudgetStore.Others> then, Consumer<Throwable> onFault) {
		call(() -> this.store.report(this.client, sending), then, onFault);
	}

	void pause(Duration pause, boolean byOperator, Consumer<BudgetStore.Pause> then, Consumer<Throwable> onFault) {
		call(() -> this.store.pause(this.client, pause, byOperator), then, onFault);
	}

	void resume(Consumer<Long> then, Consumer<Throwable> onFault) {
		call(() -> this.store.resume(this.client), then, onFault);
	}

	void leave() {
		Mono.defer(() -> this.store.leave(this.client)).onErrorComplete().subscribe();
	}

	/**
	 * Return how many other instances shared the budget when the store was opened.
	 * @return the number of other instances, 0 if it is unknown
	 */
	int othersAtStart() {
		try {
			return this.store.othersAtStart(this.client);
		}
		catch (RuntimeException ex) {
			return 0;
		}
	}

	private <T> void call(Supplier<Mono<T>> call, Consumer<T> then, Consumer<Throwable> onFault) {
		Mono.defer(call)
			.switchIfEmpty(Mono.error(() -> new IllegalStateException(this.store + " gave no answer")))
			.materialize()
			.timeout(TIMEOUT, this.scheduler)
			.publishOn(this.scheduler)
			.subscribe((signal) -> {
				T answer = signal.get();
				if (answer != null) {
					then.accept(answer);
				}
				else {
					onFault.accept(Objects.requireNonNull(signal.getThrowable()));
				}
			}, onFault);
	}

	private static Duration seconds(double seconds) {
		return Duration.ofNanos((long) (seconds * 1e9));
	}

}
