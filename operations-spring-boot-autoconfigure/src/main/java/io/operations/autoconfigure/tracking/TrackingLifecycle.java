package io.operations.autoconfigure.tracking;

import io.operations.internal.tracking.RoutingOperationTracker;
import org.jspecify.annotations.Nullable;

import org.springframework.context.SmartLifecycle;

/**
 * Starts and stops the stores with the application context. The stores start when every
 * bean that a handler may need is available, and stop before the context closes any of
 * these beans. A store in memory is empty when the context starts. It starts when the
 * application first uses the tracker.
 */
final class TrackingLifecycle implements SmartLifecycle {

	private final @Nullable RoutingOperationTracker tracker;

	private final boolean whenUsed;

	private volatile boolean running;

	TrackingLifecycle(@Nullable RoutingOperationTracker tracker, boolean whenUsed) {
		this.tracker = tracker;
		this.whenUsed = whenUsed;
	}

	@Override
	public void start() {
		if (this.tracker != null) {
			if (this.whenUsed) {
				this.tracker.startWhenUsed();
			}
			else {
				this.tracker.start();
			}
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
