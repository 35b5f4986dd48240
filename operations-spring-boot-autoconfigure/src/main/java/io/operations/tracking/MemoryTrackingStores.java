package io.operations.tracking;

import java.util.concurrent.atomic.AtomicBoolean;

import reactor.core.scheduler.Scheduler;

/**
 * Creates a {@link MemoryTrackingStore} for each client.
 *
 * @since 0.1.0
 */
public final class MemoryTrackingStores implements TrackingStoreFactory {

	private final AtomicBoolean warned = new AtomicBoolean();

	private final Scheduler blocking;

	/**
	 * Create the factory.
	 * @param blocking the scheduler on which handlers are called
	 */
	public MemoryTrackingStores(Scheduler blocking) {
		this.blocking = blocking;
	}

	@Override
	public TrackingStore create(TrackingEngine engine) {
		return new MemoryTrackingStore(engine, this.blocking, this.warned);
	}

}
