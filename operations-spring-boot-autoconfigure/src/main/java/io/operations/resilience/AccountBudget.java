package io.operations.resilience;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.operations.OperationsListener;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The permits that this instance has reserved from the budget which all instances share.
 * It reserves them in blocks, so that a statement serves several requests, and at most
 * one block ahead. A permit that nobody uses lapses, because permits that are kept would
 * be sent together later.
 * <p>
 * While the store is unavailable, the instance sends its share of the rate: the rate
 * divided by the number of instances seen last.
 */
final class AccountBudget implements Disposable {

	// One reservation serves so much time of all sending instances together.
	private static final double BLOCK_SECONDS = 0.25;

	private static final long LAPSE = Duration.ofMillis(250).toNanos();

	private static final Duration ANSWER = Duration.ofSeconds(1);

	private static final Duration TICK = Duration.ofMillis(500);

	private static final long REPORT = Duration.ofSeconds(5).toNanos();

	// An instance with requests that reserves less often asks at the next tick, so that
	// it learns of a pause within a second.
	private static final long LOOK = Duration.ofMillis(400).toNanos();

	// So many instances may start at once without knowing each other.
	private static final int STRANGERS = 16;

	private static final long NONE = Long.MAX_VALUE;

	private final Disposable.Swap arrival = Disposables.swap();

	private final Disposable ticks;

	private final String client;

	private final BudgetStore store;

	private final Scheduler scheduler;

	private final BooleanSupplier isWanted;

	private final Runnable onPermit;

	private final Consumer<Duration> onPause;

	private final OperationsListener listener;

	// "this" guards the fields below. Neither the store nor any callback is called while
	// it is locked.
	private final Deque<Block> blocks = new ArrayDeque<>();

	private double rate;

	private boolean rateChanged;

	private int alive = 1;

	private boolean counted;

	private int sending = 1;

	private boolean asking;

	private boolean reporting;

	private boolean reportedSending;

	private long reportedAt;

	private long answeredAt;

	private long wantedAt;

	private long usedAt;

	private long wakeAt = NONE;

	private long pausedUntil;

	private boolean pauseToSend;

	private long lostAt = NONE;

	private boolean refusedPermits;

	private boolean closed;

	/**
	 * Create the budget and report this instance to the store.
	 * @param client the name of the client
	 * @param store the store that all instances share
	 * @param scheduler the scheduler, which is also the clock
	 * @param isWanted whether requests are queued
	 * @param onPermit called when a permit may have arrived
	 * @param onPause called when another instance has paused the client
	 * @param listener the listener for the loss of the store
	 */
	AccountBudget(String client, BudgetStore store, Scheduler scheduler, BooleanSupplier isWanted, Runnable onPermit,
			Consumer<Duration> onPause, OperationsListener listener) {
		this.client = client;
		this.store = store;
		this.scheduler = scheduler;
		this.isWanted = isWanted;
		this.onPermit = onPermit;
		this.onPause = onPause;
		this.listener = listener;
		long now = now();
		this.answeredAt = now;
		this.reportedAt = now - REPORT;
		this.wantedAt = now - REPORT;
		this.usedAt = now - REPORT;
		this.pausedUntil = now;
		this.ticks = scheduler.schedulePeriodically(this::tick, 0, TICK.toMillis(), TimeUnit.MILLISECONDS);
	}

	/**
	 * Request a permit for now. Only one thread may call this method at a time.
	 * @param perSecond the rate of the account
	 * @return {@code true} if there is a permit, which {@link #use()} takes;
	 * {@code false} if it arrives later
	 */
	boolean request(double perSecond) {
		int permits;
		long due;
		long now = now();
		boolean toWake;
		synchronized (this) {
			this.wantedAt = now;
			if (perSecond != this.rate) {
				// They were reserved at the old rate.
				this.blocks.clear();
				this.rate = perSecond;
				this.rateChanged = true;
			}
			dropLapsed(now);
			due = due(now);
			permits = needsPermits() ? startAsking() : 0;
			toWake = due > now && due != NONE && due != this.wakeAt;
			if (toWake) {
				this.wakeAt = due;
			}
		}
		if (permits > 0) {
			ask(permits, perSecond);
		}
		if (toWake) {
			this.arrival.update(this.scheduler.schedule(() -> wake(due), due - now, TimeUnit.NANOSECONDS));
		}
		return due <= now;
	}

	private void dropLapsed(long now) {
		Block block = this.blocks.peek();
		while (block != null && block.drop(now - LAPSE)) {
			this.blocks.remove();
			block = this.blocks.peek();
		}
	}

	private long due(long now) {
		Block block = this.blocks.peek();
		if (block != null) {
			return block.due();
		}
		return (this.lostAt != NONE && this.rate > 0) ? Math.max(now, this.usedAt + nanos(this.alive / this.rate))
				: NONE;
	}

	// While the store is unavailable, the ticks try.
	private boolean needsPermits() {
		Block block = this.blocks.peek();
		return !this.asking && !this.closed && this.lostAt == NONE
				&& (block == null || (this.blocks.size() == 1 && block.left() <= block.permits / 2));
	}

	private int startAsking() {
		this.asking = true;
		return (int) Math.max(1, Math.ceil(this.rate * BLOCK_SECONDS / this.sending));
	}

	private void ask(int permits, double perSecond) {
		double seconds = permits / perSecond;
		int instances;
		synchronized (this) {
			// An instance with a new rate trusts no reservation of an older rate.
			instances = this.rateChanged ? this.alive : Math.max(STRANGERS, this.alive);
			this.rateChanged = false;
		}
		answer(() -> this.store.reserve(this.client, permits, seconds(seconds), seconds(2 * instances * seconds)),
				(reservation) -> reserved(reservation, permits, perSecond), this::refused);
	}

	private void reserved(BudgetStore.@Nullable Reservation reservation, int permits, double perSecond) {
		Runnable note;
		synchronized (this) {
			this.asking = false;
			this.refusedPermits = false;
			note = (reservation != null) ? answered(reservation.paused()) : () -> {
			};
			if (reservation != null && perSecond == this.rate) {
				double step = 1e9 / perSecond;
				long begin = now() + Math.max(0, reservation.untilEnd().toNanos() - (long) (permits * step));
				this.blocks.add(new Block(begin, step, permits));
			}
		}
		note.run();
		this.onPermit.run();
	}

	private void refused(Throwable fault) {
		boolean lost;
		int others = othersAtStart();
		synchronized (this) {
			this.asking = false;
			this.refusedPermits = true;
			lost = lose(others);
		}
		noteLost(lost, fault);
	}

	/**
	 * Take the permit that has arrived.
	 */
	synchronized void use() {
		this.usedAt = now();
		Block block = this.blocks.peek();
		if (block != null && block.use()) {
			this.blocks.remove();
		}
	}

	private void wake(long due) {
		synchronized (this) {
			if (this.wakeAt == due) {
				this.wakeAt = NONE;
			}
		}
		this.onPermit.run();
	}

	/**
	 * Pause the account in all instances.
	 * @param pause how long the pause lasts
	 */
	void pause(Duration pause) {
		synchronized (this) {
			this.pausedUntil = Math.max(this.pausedUntil, now() + pause.toNanos());
			// The permits of the time of the pause must not be sent after it.
			this.blocks.clear();
			this.pauseToSend = true;
		}
		sendPause();
	}

	private void sendPause() {
		Duration left;
		synchronized (this) {
			left = Duration.ofNanos(Math.max(0, this.pausedUntil - now()));
			this.pauseToSend = false;
		}
		if (!left.isZero()) {
			answer(() -> this.store.pause(this.client, left), (nothing) -> {
			}, (fault) -> {
				boolean lost;
				int others = othersAtStart();
				synchronized (this) {
					this.pauseToSend = true;
					lost = lose(others);
				}
				noteLost(lost, fault);
			});
		}
	}

	private void tick() {
		int permits = 0;
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
			perSecond = this.rate;
			isSending = wanted || now - this.wantedAt < REPORT;
			toPause = this.pauseToSend;
			if (this.lostAt != NONE && this.refusedPermits) {
				permits = this.asking ? 0 : startAsking();
			}
			toReport = !this.reporting && (this.lostAt != NONE || isSending != this.reportedSending
					|| now - this.reportedAt >= REPORT || (isSending && now - this.answeredAt >= LOOK));
			this.reporting |= toReport;
		}
		if (permits > 0) {
			ask(permits, perSecond);
		}
		if (toReport) {
			answer(() -> this.store.report(this.client, isSending), (others) -> reported(others, isSending),
					this::notReported);
		}
		if (toPause) {
			sendPause();
		}
	}

	private void reported(BudgetStore.@Nullable Others others, boolean isSending) {
		Runnable note = () -> {
		};
		synchronized (this) {
			this.reporting = false;
			if (others != null) {
				this.reportedAt = now();
				this.reportedSending = isSending;
				this.counted = true;
				this.alive = others.alive() + 1;
				this.sending = others.sending() + 1;
				if (!this.refusedPermits) {
					note = answered(others.paused());
				}
			}
		}
		note.run();
		this.onPermit.run();
	}

	private void notReported(Throwable fault) {
		boolean lost;
		int others = othersAtStart();
		synchronized (this) {
			this.reporting = false;
			lost = lose(others);
		}
		noteLost(lost, fault);
	}

	private Runnable answered(Duration paused) {
		long now = now();
		long lost = this.lostAt;
		this.answeredAt = now;
		this.lostAt = NONE;
		long until = now + paused.toNanos();
		// An answer that took longer says the same pause a little later.
		boolean pauses = !paused.isZero() && until > this.pausedUntil + LAPSE;
		if (pauses) {
			this.pausedUntil = until;
			this.blocks.clear();
		}
		return () -> {
			if (lost != NONE) {
				this.listener.budgetRegained(this.client, Duration.ofNanos(now - lost));
			}
			if (pauses) {
				this.onPause.accept(paused);
			}
		};
	}

	// An instance that never reached the store divides the rate by the instances that the
	// store found at its start.
	private int othersAtStart() {
		synchronized (this) {
			if (this.counted) {
				return 0;
			}
		}
		try {
			return this.store.othersAtStart(this.client);
		}
		catch (RuntimeException ex) {
			return 0;
		}
	}

	private boolean lose(int othersAtStart) {
		boolean first = this.lostAt == NONE && !this.closed;
		if (first) {
			this.lostAt = now();
			if (!this.counted) {
				this.alive = othersAtStart + 1;
			}
		}
		return first;
	}

	private void noteLost(boolean first, Throwable fault) {
		if (first) {
			this.listener.budgetLost(this.client, fault);
		}
		this.onPermit.run();
	}

	// The thread of the store must be free for the next statement. A store that throws is
	// unavailable, too.
	private <T> void answer(Supplier<Mono<T>> answer, Consumer<@Nullable T> then, Consumer<Throwable> onFault) {
		Mono.defer(answer)
			.materialize()
			.timeout(ANSWER, this.scheduler)
			.publishOn(this.scheduler)
			.subscribe((signal) -> {
				Throwable fault = signal.getThrowable();
				if (fault != null) {
					onFault.accept(fault);
				}
				else {
					then.accept(signal.get());
				}
			}, onFault);
	}

	/**
	 * Return which share of the account's rate this instance can expect.
	 * @return the share, greater than 0 and at most 1
	 */
	synchronized double share() {
		return 1.0 / ((this.lostAt == NONE) ? this.sending : this.alive);
	}

	/**
	 * Return how many instances share the budget.
	 * @return the number of instances seen last, including this one
	 */
	synchronized int instances() {
		return this.alive;
	}

	/**
	 * Return whether the store is unavailable.
	 * @return {@code true} from the first failure until the next answer
	 */
	synchronized boolean isLost() {
		return this.lostAt != NONE;
	}

	/**
	 * Return how many permits are reserved and not used.
	 * @return the number of permits
	 */
	synchronized int left() {
		dropLapsed(now());
		return this.blocks.stream().mapToInt(Block::left).sum();
	}

	/**
	 * Return how long a request waits for the next permit.
	 * @return the time; zero if a permit is there or none is reserved
	 */
	synchronized Duration untilNext() {
		long now = now();
		dropLapsed(now);
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
			this.blocks.clear();
		}
		this.ticks.dispose();
		this.arrival.dispose();
		Mono.defer(() -> this.store.leave(this.client)).onErrorComplete().subscribe();
	}

	private static Duration seconds(double seconds) {
		return Duration.ofNanos(nanos(seconds));
	}

	private static long nanos(double seconds) {
		return (long) (seconds * 1e9);
	}

	private long now() {
		return this.scheduler.now(TimeUnit.NANOSECONDS);
	}

	/**
	 * Permits at even distances.
	 */
	private static final class Block {

		private final long begin;

		private final double step;

		private final int permits;

		private int used;

		Block(long begin, double step, int permits) {
			this.begin = begin;
			this.step = step;
			this.permits = permits;
		}

		long due() {
			return this.begin + (long) (this.used * this.step);
		}

		int left() {
			return this.permits - this.used;
		}

		boolean use() {
			this.used++;
			return left() == 0;
		}

		boolean drop(long before) {
			while (left() > 0 && due() < before) {
				this.used++;
			}
			return left() == 0;
		}

	}

}
