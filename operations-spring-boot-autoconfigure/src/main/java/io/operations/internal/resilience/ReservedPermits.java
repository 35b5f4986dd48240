package io.operations.internal.resilience;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Holds the permits that this instance has reserved and not used. The permits of a block
 * are due at even distances. A permit that nobody uses in time lapses. Not thread-safe.
 */
final class ReservedPermits {

	/**
	 * What {@link #due(int, long)} returns if no permit is reserved.
	 */
	static final long NONE = Long.MAX_VALUE;

	/**
	 * The time in nanoseconds after which an unused permit lapses.
	 */
	static final long LAPSE = Duration.ofMillis(250).toNanos();

	// The blocks of all sending instances together cover this many seconds of the rate.
	private static final double BLOCK_SECONDS = 0.25;

	private static final Duration LONG_AGO = Duration.ofSeconds(5);

	private final Deque<Block> blocks = new ArrayDeque<>();

	private double rate;

	private boolean rateChanged;

	private long usedAt;

	private boolean reserving;

	private boolean failed;

	ReservedPermits(long now) {
		this.usedAt = now - LONG_AGO.toNanos();
	}

	/**
	 * Set the rate of the account. Permits of another rate are given up.
	 * @param perSecond the rate
	 */
	void rate(double perSecond) {
		if (perSecond != this.rate) {
			this.blocks.clear();
			this.rate = perSecond;
			this.rateChanged = true;
		}
	}

	double rate() {
		return this.rate;
	}

	/**
	 * Return whether the rate has changed since the last call of this method.
	 * @return {@code true} once after each change
	 */
	boolean takeRateChange() {
		boolean changed = this.rateChanged;
		this.rateChanged = false;
		return changed;
	}

	/**
	 * Begin the reservation of a block, unless one is under way.
	 * @param sending the number of instances that send requests
	 * @return the number of permits to reserve, 0 for none
	 */
	int beginReservation(int sending) {
		if (this.reserving) {
			return 0;
		}
		this.reserving = true;
		return (int) Math.max(1, Math.ceil(this.rate * BLOCK_SECONDS / sending));
	}

	/**
	 * End the reservation of a block.
	 */
	void endReservation() {
		this.reserving = false;
		this.failed = false;
	}

	/**
	 * End the reservation of a block that the store did not make.
	 */
	void reservationFailed() {
		this.reserving = false;
		this.failed = true;
	}

	/**
	 * Return whether the store did not make the latest reservation.
	 * @return {@code true} until a reservation succeeds
	 */
	boolean hasFailed() {
		return this.failed;
	}

	/**
	 * Add a block of permits, unless the rate has changed since it was reserved.
	 * @param untilEnd the time from now until the last of the permits is used up
	 * @param perSecond the rate at which they were reserved
	 * @param permits the number of permits
	 * @param now the present time; permits that were due before it are lost
	 */
	void add(Duration untilEnd, double perSecond, int permits, long now) {
		if (perSecond != this.rate) {
			return;
		}
		double step = 1e9 / perSecond;
		long begin = now + Math.max(0, untilEnd.toNanos() - (long) (permits * step));
		this.blocks.add(new Block(begin, step, permits));
	}

	/**
	 * Return when the next request may be sent.
	 * @param alone the number of instances that divide the rate without reservations,
	 * because the store is unavailable; 0 while it is available
	 * @param now the present time
	 * @return the time in nanoseconds of the scheduler; {@link #NONE} without a permit
	 */
	long due(int alone, long now) {
		dropLapsed(now);
		Block block = this.blocks.peek();
		if (block != null) {
			return block.due();
		}
		return (alone > 0 && this.rate > 0) ? Math.max(now, this.usedAt + (long) (alone / this.rate * 1e9)) : NONE;
	}

	private void dropLapsed(long now) {
		Block block = this.blocks.peek();
		while (block != null && block.drop(now - LAPSE)) {
			this.blocks.remove();
			block = this.blocks.peek();
		}
	}

	/**
	 * Return whether a further block must be reserved, so that permits follow one another
	 * without a gap.
	 * @return {@code true} if half of the only block is used, or if there is none
	 */
	boolean isRunningOut() {
		Block block = this.blocks.peek();
		return block == null || (this.blocks.size() == 1 && block.left() <= block.permits / 2);
	}

	/**
	 * Note that a request is sent. It uses the next permit, if there is one.
	 * @param now the present time
	 */
	void use(long now) {
		this.usedAt = now;
		Block block = this.blocks.peek();
		if (block != null && block.use()) {
			this.blocks.remove();
		}
	}

	/**
	 * Return how many permits are left.
	 * @param now the present time
	 * @return the number of permits
	 */
	int left(long now) {
		dropLapsed(now);
		return this.blocks.stream().mapToInt(Block::left).sum();
	}

	/**
	 * Give up all permits.
	 */
	void clear() {
		this.blocks.clear();
	}

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
