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
	 * Create the store for the operations of one client. It must keep them apart from
	 * those of other clients: two clients may have operations of the same id.
	 * @param client the name of the client
	 * @return the store
	 */
	TrackingStore create(String client);

}
