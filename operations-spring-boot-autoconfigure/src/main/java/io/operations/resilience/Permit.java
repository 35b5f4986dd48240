package io.operations.resilience;

import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.github.resilience4j.ratelimiter.RateLimiter;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/**
 * The single permit that the admission reserves from the rate limiter at a time. It
 * belongs to no particular request: the first request in the queue uses it when it
 * arrives. An unused permit is kept for one period of the rate limiter, so that it is not
 * lost, and not longer, so that it does not add to a burst.
 */
final class Permit implements Disposable {

	enum State {

		/**
		 * No permit is reserved.
		 */
		NONE,

		/**
		 * The permit is reserved and arrives later.
		 */
		COMING,

		/**
		 * The permit has arrived.
		 */
		HELD,

		/**
		 * The rate limiter gives no permit in time.
		 */
		REFUSED

	}

	private final Supplier<RateLimiter> limiter;

	private final Scheduler scheduler;

	private final Runnable onArrival;

	private final Disposable.Swap arrival = Disposables.swap();

	private volatile State state = State.NONE;

	private volatile long heldSince;

	Permit(Supplier<RateLimiter> limiter, Scheduler scheduler, Runnable onArrival) {
		this.limiter = limiter;
		this.scheduler = scheduler;
		this.onArrival = onArrival;
	}

	/**
	 * Reserve the permit unless it is already reserved. Only one thread may call this
	 * method at a time.
	 * @return the state of the permit
	 */
	State request() {
		if (this.state == State.HELD && isOver()) {
			this.state = State.NONE;
		}
		if (this.state == State.NONE) {
			long wait = this.limiter.get().reservePermission();
			if (wait < 0) {
				return State.REFUSED;
			}
			if (wait == 0) {
				hold();
			}
			else {
				await(wait);
			}
		}
		return this.state;
	}

	private void await(long wait) {
		this.state = State.COMING;
		try {
			this.arrival.replace(this.scheduler.schedule(this::arrive, wait, TimeUnit.NANOSECONDS));
		}
		catch (RuntimeException ex) {
			this.state = State.NONE;
			throw ex;
		}
	}

	void use() {
		this.state = State.NONE;
	}

	private void arrive() {
		hold();
		this.onArrival.run();
	}

	private void hold() {
		this.heldSince = now();
		this.state = State.HELD;
	}

	private boolean isOver() {
		return now() - this.heldSince >= this.limiter.get().getRateLimiterConfig().getLimitRefreshPeriod().toNanos();
	}

	private long now() {
		return this.scheduler.now(TimeUnit.NANOSECONDS);
	}

	@Override
	public void dispose() {
		this.arrival.dispose();
	}

}
