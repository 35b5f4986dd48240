package io.operations.benchmarks.simulation;

/**
 * What an account is allowed: calls under way at once, and calls in a second of the
 * clock.
 */
final class AccountLimit {

	private final int concurrent;

	private final int perSecond;

	private int underWay;

	private long second;

	private int inSecond;

	private long accepted;

	private long refused;

	private AccountLimit(int concurrent, int perSecond) {
		this.concurrent = concurrent;
		this.perSecond = perSecond;
	}

	static AccountLimit none() {
		return new AccountLimit(Integer.MAX_VALUE, Integer.MAX_VALUE);
	}

	static AccountLimit concurrent(int calls) {
		return new AccountLimit(calls, Integer.MAX_VALUE);
	}

	static AccountLimit perSecond(int calls) {
		return new AccountLimit(Integer.MAX_VALUE, calls);
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
