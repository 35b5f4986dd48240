package io.operations.benchmarks.simulation;

import org.jspecify.annotations.Nullable;

/**
 * What an account is allowed: calls under way at once, and calls in a second of the
 * clock.
 */
final class AccountLimit {

	private final int concurrent;

	private final int perSecond;

	private final boolean telling;

	private int underWay;

	private long second;

	private int inSecond;

	private long accepted;

	private long refused;

	private AccountLimit(int concurrent, int perSecond, boolean telling) {
		this.concurrent = concurrent;
		this.perSecond = perSecond;
		this.telling = telling;
	}

	static AccountLimit none() {
		return new AccountLimit(Integer.MAX_VALUE, Integer.MAX_VALUE, false);
	}

	static AccountLimit concurrent(int calls, boolean telling) {
		return new AccountLimit(calls, Integer.MAX_VALUE, telling);
	}

	static AccountLimit perSecond(int calls) {
		return new AccountLimit(Integer.MAX_VALUE, calls, false);
	}

	/**
	 * Let a call in.
	 * @param now the present time in milliseconds
	 * @return {@code false} if it is refused
	 */
	boolean enter(long now) {
		if (now / 1000 != this.second) {
			this.second = now / 1000;
			this.inSecond = 0;
		}
		if (this.underWay >= this.concurrent || this.inSecond >= this.perSecond) {
			this.refused++;
			return false;
		}
		this.underWay++;
		this.inSecond++;
		this.accepted++;
		return true;
	}

	/**
	 * Return how many calls are under way, as the server tells of it.
	 * @param refused whether one more was refused just now
	 * @return the number of calls, {@code null} if the server does not tell
	 */
	@Nullable Integer told(boolean refused) {
		return this.telling ? this.underWay + (refused ? 1 : 0) : null;
	}

	void leave() {
		this.underWay--;
	}

	long accepted() {
		return this.accepted;
	}

	long refused() {
		return this.refused;
	}

}
