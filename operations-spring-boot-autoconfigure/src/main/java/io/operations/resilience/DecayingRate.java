package io.operations.resilience;

/**
 * Measures how often an event occurs, as an exponential average over time. Not
 * thread-safe.
 *
 * @since 0.1.0
 */
public final class DecayingRate {

	private final double secondsOfMemory;

	private double count;

	private long updated = Long.MIN_VALUE;

	/**
	 * Create a rate of zero.
	 * @param secondsOfMemory the time constant of the average, in seconds
	 */
	public DecayingRate(double secondsOfMemory) {
		this.secondsOfMemory = secondsOfMemory;
	}

	/**
	 * Note that the event occurred.
	 * @param now the present time in milliseconds
	 */
	public void add(long now) {
		decay(now);
		this.count++;
	}

	/**
	 * Return how often the event occurs.
	 * @param now the present time in milliseconds
	 * @return the number of events per second
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
