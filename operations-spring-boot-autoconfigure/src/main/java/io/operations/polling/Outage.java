package io.operations.polling;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

import org.jspecify.annotations.Nullable;

/**
 * Whether the endpoint answers at all. While it does not, one poll at a time finds out
 * whether it does again, ever more seldom, and all others stay where they are. Guarded by
 * the dispatcher.
 */
final class Outage {

	// Fewer may be the fault of one operation, or of one connection.
	private static final int FAULTS_IN_A_ROW = 5;

	private static final double GROWTH = 1.5;

	private static final double JITTER = 0.15;

	private static final double PART_OF_LONGEST = 3;

	private final double shortest;

	private final double longest;

	private int faults;

	private double interval;

	private long nextProbe;

	private long began;

	Outage(PollingSettings settings) {
		this.shortest = 2.0 * settings.minInterval().toMillis();
		// Thrice in the time that a wait is used to, so that nobody waits much longer.
		this.longest = Math.max(this.shortest, settings.maxInterval().toMillis() / PART_OF_LONGEST);
	}

	/**
	 * Note that the endpoint answered.
	 * @param now the present time
	 * @return how long the outage was that ends with it, {@code null} if there was none
	 */
	@Nullable Duration succeeded(long now) {
		boolean over = isOn();
		this.faults = 0;
		return over ? Duration.ofMillis(now - this.began) : null;
	}

	/**
	 * Note that the endpoint did not.
	 * @param now the present time
	 * @return whether an outage begins with it
	 */
	boolean failed(long now) {
		if (this.faults == 0) {
			this.began = now;
		}
		this.faults++;
		if (this.faults != FAULTS_IN_A_ROW) {
			return false;
		}
		this.interval = this.shortest;
		this.nextProbe = now + (long) this.interval;
		return true;
	}

	boolean isOn() {
		return this.faults >= FAULTS_IN_A_ROW;
	}

	/**
	 * Return when the next poll may be made.
	 * @return the time
	 */
	long nextProbe() {
		return this.nextProbe;
	}

	void probed(long now) {
		this.interval = Math.min(this.longest, this.interval * GROWTH);
		double spread = 1 - JITTER + 2 * JITTER * ThreadLocalRandom.current().nextDouble();
		this.nextProbe = now + (long) (this.interval * spread);
	}

}
