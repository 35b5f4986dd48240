package io.operations.internal.tracking;

/**
 * Creates the {@link ClientTracking} of each client.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ClientTrackingFactory {

	/**
	 * Create the tracking of one client. The library starts and stops it.
	 * @param engine the engine that polls and delivers for the client.
	 * {@link TrackingEngine#client()} returns the name of the client.
	 * @return the tracking, not started
	 */
	ClientTracking create(TrackingEngine engine);

}
