package io.operations.internal.resilience;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Supplier;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.operations.internal.WorkLoop;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * Sends the queued requests of an account one after another, each with a permit. Only one
 * permit is reserved at a time, and the request at the head of the queue uses it.
 */
final class CallSender implements Disposable {

	private final WorkLoop sending = new WorkLoop(this::sendAll);

	// Each poller adds one action. Templates of one account may share an admission.
	private final List<Runnable> onCapacity = new CopyOnWriteArrayList<>();

	private final AdmissionState state;

	private final @Nullable AccountBudget budget;

	private final Permit permit;

	private final AdmissionRefusals refusals;

	/**
	 * Create the sender.
	 * @param state the queue and the requests in flight
	 * @param limiter the supplier of the rate limiter, called for each permit
	 * @param budget creates the budget that all instances share, which calls the given
	 * action when a permit may have arrived; returns {@code null} for none
	 * @param scheduler the scheduler that wakes the sender
	 * @param refusals creates the exceptions of requests that get no permit
	 */
	CallSender(AdmissionState state, Supplier<RateLimiter> limiter, Function<Runnable, @Nullable AccountBudget> budget,
			Scheduler scheduler, AdmissionRefusals refusals) {
		this.state = state;
		this.refusals = refusals;
		// The budget may call the action before the permit exists. No request is queued
		// yet, so no permit is needed then.
		this.budget = budget.apply(this::send);
		this.permit = new Permit(limiter, this.budget, scheduler, this::send);
	}

	/**
	 * Return the budget that all instances share.
	 * @return the budget; {@code null} if this instance has the whole rate
	 */
	@Nullable AccountBudget budget() {
		return this.budget;
	}

	/**
	 * Send the requests that may be sent now. Only one thread sends at a time. It also
	 * sends the requests of threads that call this method in the meantime.
	 */
	void send() {
		if (this.sending.run() && this.state.hasCapacity()) {
			this.onCapacity.forEach(Runnable::run);
		}
	}

	/**
	 * Add an action to run whenever no request is queued and another one could be in
	 * flight.
	 * @param action the action
	 * @return removes the action
	 */
	Disposable onCapacity(Runnable action) {
		this.onCapacity.add(action);
		return () -> this.onCapacity.remove(action);
	}

	/**
	 * Return how many pollers send their polls through the admission.
	 * @return the number of pollers
	 */
	int pollers() {
		return this.onCapacity.size();
	}

	private void sendAll() {
		boolean sent = true;
		while (sent) {
			sent = this.state.isReady() && sendNext();
		}
	}

	private boolean sendNext() {
		Permit.State permission;
		try {
			permission = this.permit.request();
		}
		catch (RuntimeException | LinkageError ex) {
			return refuseNext(ex);
		}
		if (permission == Permit.State.COMING) {
			return false;
		}
		AdmittedCall<?> call = this.state.take(permission == Permit.State.HELD);
		if (call == null) {
			return false;
		}
		if (permission == Permit.State.REFUSED) {
			call.refuse(this.refusals.noPermit(call));
		}
		else if (call.proceed()) {
			this.permit.use();
		}
		else {
			// The running loop continues with the next request.
			this.state.ended(call, 0);
		}
		return true;
	}

	// An event consumer of the application may throw, which must not stop all requests.
	private boolean refuseNext(Throwable cause) {
		AdmittedCall<?> call = this.state.take(false);
		if (call != null) {
			call.refuse(this.refusals.limiterFailed(call, cause));
		}
		return call != null;
	}

	@Override
	public void dispose() {
		this.permit.dispose();
		if (this.budget != null) {
			this.budget.dispose();
		}
	}

}
