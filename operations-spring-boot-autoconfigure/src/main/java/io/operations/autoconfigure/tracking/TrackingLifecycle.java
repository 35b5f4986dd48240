package io.operations.autoconfigure.tracking;

import io.operations.tracking.RoutingOperationTracker;

import org.springframework.context.SmartLifecycle;

/**
 * Starts and stops the store with the application context. The store starts when every
 * bean that a handler may need is available, and stops before any of them is closed.
 */
final class TrackingLifecycle implements SmartLifecycle {

	private final RoutingOperationTracker tracker;

	private volatile boolean running;

	TrackingLifecycle(RoutingOperationTracker tracker) {
		this.tracker = tracker;
	}

	@Override
	public void start() {
		this.tracker.start();
		this.running = true;
	}

	@Override
	public void stop() {
		this.running = false;
		this.tracker.stop();
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

}
