package io.operations.internal.resilience;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import io.operations.OperationsListener;
import io.operations.resilience.BudgetStore;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * Reserves permits for this instance from the budget that all instances share. It
 * reserves blocks, so that one statement serves several requests, and at most one block
 * ahead. An unused permit lapses, so that unused permits do not add up to a burst.
 * <p>
 * While the store is unavailable, the instance sends its share of the rate: the rate
 * divided by the number of instances seen last.
 */
final class AccountBudget implements Disposable {

	private static final Duration TICK = Duration.ofMillis(500);

	private static final long NONE = ReservedPermits.NONE;

	private final Disposable ticks;

	private final WakeUp wakeUp;

	private final BudgetCalls store;

	private final Scheduler scheduler;

	private final BooleanSupplier isWanted;

	private final Runnable onPermit;

	private final PauseSwitch pauses;

	// "this" guards the fields below. Neither the store nor any callback is called while
	// it is locked.
	private final ReservedPermits permits;

	private final SharedPause pause;

	private final Instances instances;

	private final BudgetOutage outage;

	private boolean closed;

	/**
	 * Create the budget and report this instance to the store.
	 * @param client the name of the client
	 * @param store the store that all instances share
	 * @param scheduler the scheduler, which is also the clock
	 * @param isWanted returns whether requests are queued
	 * @param onPermit called when a permit may have arrived
	 * @param pauses follows the pauses of the other instances
	 * @param listener notified when the store becomes unavailable or available again
	 */
	AccountBudget(String client, BudgetStore store, Scheduler scheduler, BooleanSupplier isWanted, Runnable onPermit,
			PauseSwitch pauses, OperationsListener listener) {
		this.store = new BudgetCalls(client, store, scheduler);
		this.scheduler = scheduler;
		this.isWanted = isWanted;
		this.onPermit = onPermit;
		this.pauses = pauses;
		this.permits = new ReservedPermits(now());
		this.wakeUp = new WakeUp(scheduler, onPermit);
		this.instances = new Instances(now());
		this.pause = new SharedPause(now());
		this.outage = new BudgetOutage(client, listener);
		this.ticks = scheduler.schedulePeriodically(this::tick, 0, TICK.toMillis(), TimeUnit.MILLISECONDS);
	}

	/**
	 * Request a permit for now. Only one thread may call this method at a time.
	 * @param perSecond the rate of the account
	 * @return {@code true} if there is a permit, which {@link #use()} takes;
	 * {@code false} if the request must wait for it
	 */
	boolean request(double perSecond) {
		int permits;
		long due;
		long now = now();
		synchronized (this) {
			this.instances.wanted(now);
			this.permits.rate(perSecond);
			due = due(now);
			// While the store is unavailable, only the ticks call the store.
			boolean needed = !this.closed && !this.outage.isOpen() && this.permits.isRunningOut();
			permits = needed ? this.permits.beginReservation(this.instances.sending()) : 0;
		}
		if (permits > 0) {
			reserve(permits, perSecond);
		}
		if (due > now && due != NONE) {
			this.wakeUp.at(due, now);
		}
		return due <= now;
	}

	private long due(long now) {
		return this.permits.due(this.outage.isOpen() ? this.instances.alive() : 0, now);
	}

	private void reserve(int permits, double perSecond) {
		int instances;
		synchronized (this) {
			// After a change of the rate, only the instances seen last count, so that
			// reservations at the old rate cannot delay this instance for long.
			instances = this.permits.takeRateChange() ? this.instances.alive() : this.instances.aliveAtMost();
		}
		this.store.reserve(permits, perSecond, instances, (reservation) -> reserved(reservation, permits, perSecond),
				(fault) -> lose(fault, this.permits::reservationFailed));
	}

	private void reserved(BudgetStore.Reservation reservation, int permits, double perSecond) {
		Runnable note;
		synchronized (this) {
			this.permits.endReservation();
			note = answered(reservation.pause());
			if (!this.pause.isOutdated(reservation.pause(), now())) {
				this.permits.add(reservation.untilEnd(), perSecond, permits, now());
			}
		}
		note.run();
		this.onPermit.run();
	}

	synchronized void use() {
		this.permits.use(now());
	}

	/**
	 * Pause the account in all instances.
	 * @param pause how long the pause lasts
	 */
	void pause(Duration pause) {
		synchronized (this) {
			this.pause.begin(pause, now());
			// After the pause, requests must not use permits that were due during it.
			this.permits.clear();
		}
		sendPause();
	}

	/**
	 * Note what the store answered to the pause of an operator.
	 * @param pause the pause that the store has
	 * @return the news for this instance
	 */
	synchronized SharedPause.News paused(BudgetStore.Pause pause) {
		this.permits.clear();
		return this.pause.stored(pause, now());
	}

	/**
	 * Note that an operator has ended the pause. Reserved permits are due at its old end.
	 * @param resumes how often the client has been resumed
	 * @return whether no later answer of the store has had this count before
	 */
	synchronized boolean resumed(long resumes) {
		this.permits.clear();
		return this.pause.resumedByAnswer(resumes, now());
	}

	private void sendPause() {
		Duration left;
		synchronized (this) {
			left = this.pause.send(now());
		}
		if (!left.isZero()) {
			this.store.pause(left, false, (stored) -> nothing(), (fault) -> lose(fault, this.pause::notSent));
		}
	}

	private void tick() {
		int permits;
		double perSecond;
		boolean isSending;
		boolean toPause;
		boolean toReport;
		boolean wanted = this.isWanted.getAsBoolean();
		synchronized (this) {
			if (this.closed) {
				return;
			}
			long now = now();
			perSecond = this.permits.rate();
			isSending = wanted || this.instances.wantedLately(now);
			toPause = this.pause.isUnsent();
			boolean failed = this.outage.isOpen() && this.permits.hasFailed();
			permits = failed ? this.permits.beginReservation(this.instances.sending()) : 0;
			toReport = this.instances.beginReport(isSending, this.outage.isOpen(), now);
		}
		if (permits > 0) {
			reserve(permits, perSecond);
		}
		if (toReport) {
			this.store.report(isSending, (others) -> reported(others, isSending),
					(fault) -> lose(fault, this.instances::endReport));
		}
		if (toPause) {
			sendPause();
		}
	}

	private void reported(BudgetStore.Others others, boolean isSending) {
		Runnable note = AccountBudget::nothing;
		synchronized (this) {
			this.instances.endReport();
			this.instances.reported(others, isSending, now());
			if (!this.permits.hasFailed()) {
				note = answered(others.pause());
			}
		}
		note.run();
		this.onPermit.run();
	}

	private Runnable answered(BudgetStore.Pause found) {
		long now = now();
		this.instances.answered(now);
		Runnable regained = this.outage.end(now);
		SharedPause.News news = this.pause.found(found, now);
		if (news.resumed() || news.begun()) {
			this.permits.clear();
		}
		return () -> {
			regained.run();
			this.pauses.follow(found, news);
		};
	}

	// An instance whose reports never reached the store divides the rate by the number of
	// instances that the store found when it was opened.
	private void lose(Throwable fault, Runnable change) {
		int others = this.store.othersAtStart();
		Runnable begun = AccountBudget::nothing;
		synchronized (this) {
			change.run();
			if (!this.outage.isOpen() && !this.closed) {
				begun = this.outage.begin(fault, now());
				this.instances.foundAtStart(others);
			}
		}
		begun.run();
		this.onPermit.run();
	}

	/**
	 * Return which share of the account's rate this instance can expect.
	 * @return the share, greater than 0 and at most 1
	 */
	synchronized double share() {
		return 1.0 / (this.outage.isOpen() ? this.instances.alive() : this.instances.sending());
	}

	synchronized int instances() {
		return this.instances.alive();
	}

	synchronized boolean isUnavailable() {
		return this.outage.isOpen();
	}

	synchronized int left() {
		return this.permits.left(now());
	}

	synchronized Duration untilNext() {
		long now = now();
		long due = due(now);
		return (due == NONE) ? Duration.ZERO : Duration.ofNanos(Math.max(0, due - now));
	}

	@Override
	public void dispose() {
		synchronized (this) {
			if (this.closed) {
				return;
			}
			this.closed = true;
			this.permits.clear();
		}
		this.ticks.dispose();
		this.wakeUp.dispose();
		this.store.leave();
	}

	private static void nothing() {
	}

	private long now() {
		return this.scheduler.now(TimeUnit.NANOSECONDS);
	}

}
