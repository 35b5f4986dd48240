package io.operations.internal.resilience;

import java.time.Duration;
import java.util.List;

import io.operations.resilience.BudgetStore;

/**
 * Begins and ends the pause of an account in this instance. It notifies the listener,
 * refuses the requests that do not wait for so long, and sends the queued requests after
 * the pause. Thread-safe.
 */
final class PauseSwitch {

	private final AdmissionState state;

	private final AccountPause pause;

	private final AdmissionRefusals refusals;

	private final Runnable onEnd;

	/**
	 * Create the switch.
	 * @param state guards the pause
	 * @param pause notifies the listener
	 * @param refusals creates the exceptions of requests that do not wait
	 * @param onEnd called when requests may be sent again
	 */
	PauseSwitch(AdmissionState state, AccountPause pause, AdmissionRefusals refusals, Runnable onEnd) {
		this.state = state;
		this.pause = pause;
		this.refusals = refusals;
		this.onEnd = onEnd;
	}

	/**
	 * Pause all requests, unless they already pause for longer.
	 * @param length how long the pause lasts
	 * @param byOperator whether an operator begins it, and not the server
	 * @return whether they pause for longer than before
	 */
	boolean begin(Duration length, boolean byOperator) {
		List<AdmittedCall<?>> refused = this.state.pause(length, byOperator);
		if (refused == null) {
			return false;
		}
		this.pause.report();
		refused.forEach((call) -> call.refuse(this.refusals.pausedTooLong(call, length, byOperator)));
		return true;
	}

	/**
	 * End the pause, unless it was extended.
	 * @param until the end of the pause
	 */
	void end(long until) {
		ended(this.state.resume(until));
	}

	/**
	 * End the pause, whoever began it.
	 */
	void end() {
		ended(this.state.resume());
	}

	private void ended(boolean isOver) {
		if (isOver) {
			this.pause.report();
			this.onEnd.run();
		}
	}

	/**
	 * Follow what the store of the shared rate says.
	 * @param found the pause that it has
	 * @param news what this instance did not know
	 */
	void follow(BudgetStore.Pause found, SharedPause.News news) {
		if (news.resumed()) {
			end();
		}
		if (news.begun()) {
			begin(found.left(), found.byOperator());
		}
	}

}
