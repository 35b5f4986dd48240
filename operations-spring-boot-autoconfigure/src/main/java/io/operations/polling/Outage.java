package io.operations.polling;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Whether the endpoint answers at all. While it does not, one poll at a time finds out
 * whether it does again, ever more seldom, and all others stay where they are. Guarded by
 * the poller.
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

	Outage(PollingSettings settings) {
		this.shortest = 2.0 * settings.minInterval().toMillis();
		// Thrice in the time that a wait is used to, so that nobody waits much longer.
		this.longest = Math.max(this.shortest, settings.maxInterval().toMillis() / PART_OF_LONGEST);
	}

	void succeeded() {
		this.faults = 0;
	}

	void failed(long now) {
		this.faults++;
		if (this.faults == FAULTS_IN_A_ROW) {
			this.interval = this.shortest;
			this.nextProbe = now + (long) this.interval;
		}
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
