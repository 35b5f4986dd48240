package io.operations.autoconfigure.tracking;

import io.operations.tracking.TrackingStore;

import org.springframework.context.SmartLifecycle;

/**
 * Starts and stops the store with the application context. The store starts when every
 * bean that a handler may need is available, and stops before any of them is closed.
 */
final class TrackingLifecycle implements SmartLifecycle {

	private final TrackingStore store;

	private volatile boolean running;

	TrackingLifecycle(TrackingStore store) {
		this.store = store;
	}

	@Override
	public void start() {
		this.store.start();
		this.running = true;
	}

	@Override
	public void stop() {
		this.running = false;
		this.store.stop();
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

}
