package io.operations.internal.polling;

import java.util.concurrent.TimeUnit;

import io.operations.OperationsListener;
import io.operations.internal.resilience.PollCapacity;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/**
 * Reports each overload once, after the number of waits has settled. The wait that begins
 * an overload often comes with thousands of others.
 */
final class OverloadReport implements Disposable {

	private static final long SETTLING_MILLIS = 1000;

	private final Disposable.Swap timer = Disposables.swap();

	private final String client;

	private final Overload overload;

	private final PollCapacity capacity;

	private final Outage outage;

	private final Scheduler scheduler;

	private final OperationsListener listener;

	/**
	 * Create the report.
	 * @param client the name of the client
	 * @param overload judges the waits
	 * @param capacity how many polls the account has capacity for
	 * @param outage knows whether the server is unavailable
	 * @param scheduler runs the timer
	 * @param listener notified of each overload
	 */
	OverloadReport(String client, Overload overload, PollCapacity capacity, Outage outage, Scheduler scheduler,
			OperationsListener listener) {
		this.client = client;
		this.overload = overload;
		this.capacity = capacity;
		this.outage = outage;
		this.scheduler = scheduler;
		this.listener = listener;
	}

	/**
	 * Judge the waits again.
	 * @param pollsPerSecond the number of polls per second that the limits allow
	 * @param now the present time
	 */
	void judge(double pollsPerSecond, long now) {
		if (this.overload.judge(pollsPerSecond, now) && !hasLineOfItsOwn() && this.overload.begin()) {
			lookLater();
		}
	}

	private void lookLater() {
		this.timer.replace(this.scheduler.schedule(this::look, SETTLING_MILLIS, TimeUnit.MILLISECONDS));
	}

	private void look() {
		if (hasLineOfItsOwn()) {
			this.overload.postpone();
			return;
		}
		if (this.overload.isGrowing()) {
			lookLater();
			return;
		}
		long now = TimeUnit.NANOSECONDS.toMillis(this.scheduler.now(TimeUnit.NANOSECONDS));
		this.listener.waitsOverloaded(this.client, this.overload.report(now, this.capacity.senders()));
	}

	// An outage and a pause are reported as such, and not as an overload.
	private boolean hasLineOfItsOwn() {
		return this.outage.isOn() || !this.capacity.paused().isZero();
	}

	@Override
	public void dispose() {
		this.timer.dispose();
	}

}
