package io.operations.benchmarks.load;

import java.util.concurrent.Semaphore;

/**
 * Lets so many requests of an account in at once.
 */
class Gate {

	private final Semaphore places;

	Gate(int places) {
		this.places = new Semaphore(places);
	}

	boolean enter() {
		return this.places.tryAcquire();
	}

	void leave() {
		this.places.release();
	}

}
