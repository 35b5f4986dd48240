package io.operations.benchmarks.load;

/**
 * What the contenders are compared in.
 *
 * @param operations how many operations
 * @param limit what the account is allowed
 * @param distribution how long the operations take
 */
record Cell(int operations, Limit limit, Distribution distribution) {

	/**
	 * Return over how many seconds the operations begin: in reality they do not all begin
	 * at once, and a client that learns has something to learn from.
	 * @return the seconds
	 */
	int seconds() {
		if (this.distribution == Distribution.UNIFORM) {
			return 30;
		}
		return (this.operations > 1000) ? 120 : 60;
	}

}
