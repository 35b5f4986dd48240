package io.operations.resilience;

import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.github.resilience4j.ratelimiter.RateLimiter;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/**
 * The one permit of the rate limiter that is reserved at a time. It belongs to nobody:
 * who is first when it comes uses it. One that comes unused is kept for its own period
 * and no longer, so that it neither is lost nor adds to a burst.
 */
final class Permit implements Disposable {

	enum State {

		/**
		 * None is reserved.
		 */
		NONE,

		/**
		 * It is reserved and comes later.
		 */
		COMING,

		/**
		 * It is there.
		 */
		HELD,

		/**
		 * The limiter would not say yes in time.
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
	 * Reserve the permit unless it is reserved already. Called by one thread at a time.
	 * @return where the permit is now
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
