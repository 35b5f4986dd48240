package io.operations.autoconfigure.tracking;

import io.operations.internal.tracking.RoutingOperationTracker;
import org.jspecify.annotations.Nullable;

import org.springframework.context.SmartLifecycle;

/**
 * Starts and stops the stores with the application context. The stores start when every
 * bean that a handler may need is available, and stop before any of them is closed.
 */
final class TrackingLifecycle implements SmartLifecycle {

	private final @Nullable RoutingOperationTracker tracker;

	private volatile boolean running;

	TrackingLifecycle(@Nullable RoutingOperationTracker tracker) {
		this.tracker = tracker;
	}

	@Override
	public void start() {
		if (this.tracker != null) {
			this.tracker.start();
		}
		this.running = true;
	}

	@Override
	public void stop() {
		this.running = false;
		if (this.tracker != null) {
			this.tracker.stop();
		}
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

}
