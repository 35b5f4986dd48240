package io.operations.autoconfigure.tracking;

import io.operations.tracking.TrackingStore;

import org.springframework.context.SmartLifecycle;

/**
 * Has the store work while the context runs. It begins when everything is there that a
 * handler may need, and stops before anything of that is closed.
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
