package io.operations.internal.resilience;

import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/**
 * Holds a permit of the rate limiter. The admission reserves one at a time. The permit
 * belongs to no particular request: when the permit arrives, the first request in the
 * queue uses it. An unused permit is kept for one period of the rate limiter, so that it
 * is not lost. It is kept no longer, so that it does not add to a burst.
 * <p>
 * If all instances share the rate, a request needs a permit of the shared budget, too.
 * The rate limiter of the instance comes first, and the stricter of both decides.
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

	// A permit that was reserved further ahead is checked for a change of the rate.
	private static final long LONG = TimeUnit.SECONDS.toNanos(1);

	private final Supplier<RateLimiter> limiter;

	private final @Nullable AccountBudget budget;

	private final Scheduler scheduler;

	private final Runnable onArrival;

	private final Disposable.Swap arrival = Disposables.swap();

	private volatile State state = State.NONE;

	private volatile long heldSince;

	private volatile long arrivesAt;

	private volatile boolean far;

	private volatile double reservedRate;

	private volatile @Nullable RateLimiter reservedFrom;

	Permit(Supplier<RateLimiter> limiter, @Nullable AccountBudget budget, Scheduler scheduler, Runnable onArrival) {
		this.limiter = limiter;
		this.budget = budget;
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
		else if (this.state == State.COMING && this.far && isOfAnotherRate()) {
			this.arrival.update(null);
			this.state = State.NONE;
		}
		if (this.state == State.NONE) {
			RateLimiter from = this.limiter.get();
			long wait = from.reservePermission();
			if (wait < 0) {
				return State.REFUSED;
			}
			if (wait == 0) {
				hold();
			}
			else {
				await(wait, from);
			}
		}
		if (this.state == State.HELD && this.budget != null && !this.budget.request(perSecond(this.limiter.get()))) {
			return State.COMING;
		}
		return this.state;
	}

	private void await(long wait, RateLimiter from) {
		this.far = wait > LONG;
		if (this.far) {
			this.reservedFrom = from;
			this.reservedRate = perSecond(from);
		}
		this.arrivesAt = now() + wait;
		this.state = State.COMING;
		try {
			wakeIn(wait);
		}
		catch (RuntimeException ex) {
			this.state = State.NONE;
			throw ex;
		}
	}

	private void wakeIn(long wait) {
		this.arrival.update(this.scheduler.schedule(this::arrive, Math.min(wait, LONG), TimeUnit.NANOSECONDS));
	}

	// A rate that was nearly zero would otherwise hold back requests for a long time
	// after it was raised.
	private boolean isOfAnotherRate() {
		RateLimiter current = this.limiter.get();
		return !current.equals(this.reservedFrom) || perSecond(current) != this.reservedRate;
	}

	/**
	 * Return the rate of a rate limiter.
	 * @param limiter the rate limiter
	 * @return the permits per second
	 */
	static double perSecond(RateLimiter limiter) {
		RateLimiterConfig config = limiter.getRateLimiterConfig();
		return config.getLimitForPeriod() * 1e9 / config.getLimitRefreshPeriod().toNanos();
	}

	void use() {
		this.state = State.NONE;
		if (this.budget != null) {
			this.budget.use();
		}
	}

	private void arrive() {
		long left = this.far ? this.arrivesAt - now() : 0;
		if (left > 0) {
			wakeIn(left);
		}
		else if (this.state == State.COMING) {
			hold();
		}
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
