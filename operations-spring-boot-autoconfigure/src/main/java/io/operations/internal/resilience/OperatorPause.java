package io.operations.internal.resilience;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Pauses an account for an operator, and resumes it. If instances share the rate, the
 * store is changed first, and this instance follows only if the store has answered. The
 * other instances follow with their next call of the store: within a second if they have
 * requests to send, otherwise within five.
 *
 * @since 0.1.0
 */
public final class OperatorPause {

	private final PauseSwitch pauses;

	private final AdmissionState state;

	private final @Nullable AccountBudget budget;

	private final @Nullable BudgetCalls store;

	OperatorPause(PauseSwitch pauses, AdmissionState state, @Nullable AccountBudget budget,
			@Nullable BudgetCalls store) {
		this.pauses = pauses;
		this.state = state;
		this.budget = budget;
		this.store = store;
	}

	/**
	 * Pause all requests, unless they already pause for longer. After the result, this
	 * instance pauses for as long as the store said. That is longer than requested if a
	 * longer pause holds, and no pause if somebody has resumed the client meanwhile.
	 * @param pause how long the pause lasts
	 * @return whether all instances pause, and not only this one. The {@code Mono} fails
	 * if the store does not answer within a second. This instance does not pause then
	 */
	public Mono<Boolean> begin(Duration pause) {
		AccountBudget budget = this.budget;
		BudgetCalls store = this.store;
		if (budget == null || store == null) {
			return Mono.fromSupplier(() -> {
				this.pauses.begin(pause, true);
				return false;
			});
		}
		return Mono.create((sink) -> store.pause(pause, true, (stored) -> {
			this.pauses.follow(stored, budget.paused(stored));
			sink.success(true);
		}, sink::error));
	}

	/**
	 * End the pause, whoever began it.
	 * @return whether the pause ends in all instances, and not only in this one. The
	 * {@code Mono} fails if the store does not answer within a second. The pause lasts
	 * then
	 */
	public Mono<Boolean> end() {
		AccountBudget budget = this.budget;
		BudgetCalls store = this.store;
		if (budget == null || store == null) {
			return Mono.fromSupplier(() -> {
				this.pauses.end();
				return false;
			});
		}
		return Mono.create((sink) -> store.resume((resumes) -> {
			if (budget.resumed(resumes)) {
				this.pauses.end();
			}
			sink.success(true);
		}, sink::error));
	}

	/**
	 * Return whether an operator has begun the current pause.
	 * @return {@code false} if the server has begun it, or there is none
	 */
	public boolean isOn() {
		return this.state.isPausedByOperator();
	}

}
