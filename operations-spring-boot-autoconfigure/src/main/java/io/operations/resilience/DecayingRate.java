package io.operations.resilience;

/**
 * How often something happens, by an exponential average over time. Not thread-safe.
 *
 * @since 0.1.0
 */
public final class DecayingRate {

	private final double secondsOfMemory;

	private double count;

	private long updated = Long.MIN_VALUE;

	/**
	 * Create a rate of zero.
	 * @param secondsOfMemory over what time is averaged
	 */
	public DecayingRate(double secondsOfMemory) {
		this.secondsOfMemory = secondsOfMemory;
	}

	/**
	 * Note that it happened.
	 * @param now the present time in milliseconds
	 */
	public void add(long now) {
		decay(now);
		this.count++;
	}

	/**
	 * Return how often it happens.
	 * @param now the present time in milliseconds
	 * @return how many times in a second
	 */
	public double perSecond(long now) {
		decay(now);
		return this.count / this.secondsOfMemory;
	}

	private void decay(long now) {
		if (this.updated != Long.MIN_VALUE && now > this.updated) {
			this.count *= Math.exp((this.updated - now) / 1000.0 / this.secondsOfMemory);
		}
		this.updated = Math.max(this.updated, now);
	}

}
