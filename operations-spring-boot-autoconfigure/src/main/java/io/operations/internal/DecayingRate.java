package io.operations.internal;

/**
 * Measures how often an event occurs, as an exponential average over time. Not
 * thread-safe.
 *
 * @since 0.1.0
 */
public final class DecayingRate {

	// Before this part of the memory has passed, a burst would look like a rate.
	private static final double SHORTEST = 0.2;

	// When less than this part of one event is left, the average begins again.
	private static final double FORGOTTEN = 0.05;

	private final double secondsOfMemory;

	private double count;

	private long started = Long.MIN_VALUE;

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
		if (this.count < FORGOTTEN) {
			this.count = 0;
			this.started = now;
		}
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

	/**
	 * Return how often the event occurs. As long as the time since the first event is
	 * shorter than the memory, the average covers only this time: it treats the time
	 * before the first event as unknown, not as a time without events.
	 * @param now the present time in milliseconds
	 * @return the number of events per second
	 */
	public double perSecondObserved(long now) {
		decay(now);
		double observed = Math.max(SHORTEST, (now - this.started) / 1000.0 / this.secondsOfMemory);
		return this.count / (this.secondsOfMemory * -Math.expm1(-observed));
	}

	private void decay(long now) {
		if (this.updated != Long.MIN_VALUE && now > this.updated) {
			this.count *= Math.exp((this.updated - now) / 1000.0 / this.secondsOfMemory);
		}
		this.updated = Math.max(this.updated, now);
	}

}
