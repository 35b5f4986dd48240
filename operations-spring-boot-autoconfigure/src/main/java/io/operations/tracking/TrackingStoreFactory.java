package io.operations.tracking;

/**
 * Creates the stores of tracked operations, one for each client. An application that
 * keeps tracked operations elsewhere declares a bean of this type.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface TrackingStoreFactory {

	/**
	 * Create the store for the operations of one client. The library starts and stops it.
	 * The store must keep the operations of this client apart from those of other
	 * clients: two clients may have operations of the same id.
	 * @param engine the engine that polls and delivers for the client
	 * {@link TrackingEngine#client()}
	 * @return the store, not started
	 */
	TrackingStore create(TrackingEngine engine);

}
