package io.operations.internal.tracking;

import java.util.concurrent.atomic.AtomicBoolean;

import io.operations.tracking.TrackingStore;
import io.operations.tracking.TrackingStoreFactory;

/**
 * Creates a {@link MemoryTrackingStore} for each client.
 *
 * @since 0.1.0
 */
public final class MemoryTrackingStores implements TrackingStoreFactory {

	private final AtomicBoolean warned = new AtomicBoolean();

	private final int maxTracked;

	/**
	 * Create the factory.
	 * @param maxTracked the maximum number of operations of each client
	 */
	public MemoryTrackingStores(int maxTracked) {
		this.maxTracked = maxTracked;
	}

	@Override
	public TrackingStore create(String client) {
		return new MemoryTrackingStore(this.maxTracked, this.warned);
	}

}
