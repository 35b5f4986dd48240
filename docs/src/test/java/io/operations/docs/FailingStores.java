package io.operations.docs;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;

import io.operations.internal.tracking.MemoryTrackingStores;
import io.operations.tracking.TrackingStore;
import io.operations.tracking.TrackingStoreFactory;

/**
 * Keeps tracked operations in memory, and fails on demand.
 *
 * @param fails whether each call fails
 */
record FailingStores(AtomicBoolean fails) implements TrackingStoreFactory {

	private static final int MAX_TRACKED = 10_000;

	@Override
	public TrackingStore create(String client) {
		TrackingStore store = new MemoryTrackingStores(MAX_TRACKED).create(client);
		return (TrackingStore) Proxy.newProxyInstance(TrackingStore.class.getClassLoader(),
				new Class<?>[] { TrackingStore.class }, (proxy, method, arguments) -> {
					if (this.fails.get() && !method.getName().startsWith("max") && !method.getName().startsWith("is")) {
						throw new IllegalStateException("The store is lost.");
					}
					try {
						return method.invoke(store, arguments);
					}
					catch (InvocationTargetException ex) {
						throw ex.getCause();
					}
				});
	}

}
