package io.operations.internal.tracking;

import io.operations.internal.polling.OperationPolls;
import io.operations.tracking.OperationTracker;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Holds the engine, the tracking and the tracker of one client, and starts and stops the
 * tracking once. Thread-safe.
 */
final class TrackedClient {

	private static final Log logger = LogFactory.getLog(TrackedClient.class);

	private final TrackingEngine engine;

	private final ClientTracking tracking;

	private final OperationTracker tracker;

	private volatile boolean started;

	TrackedClient(TrackingEngine engine, ClientTracking tracking, OperationTracker tracker) {
		this.engine = engine;
		this.tracking = tracking;
		this.tracker = tracker;
	}

	String name() {
		return this.engine.client();
	}

	OperationPolls polls() {
		return this.engine.polls();
	}

	OperationTracker tracker() {
		return this.tracker;
	}

	TrackingLoad load() {
		return this.tracking.load();
	}

	boolean isStarted() {
		return this.started;
	}

	/**
	 * Return whether this object uses the given polls. A client that leaves and joins
	 * again has new polls.
	 * @param polls the polls
	 * @return whether they are those of this client
	 */
	boolean isOf(OperationPolls polls) {
		return polls().equals(polls);
	}

	/**
	 * Begin to poll and to deliver.
	 * @return {@code false} if it had begun already
	 */
	synchronized boolean start() {
		if (this.started) {
			return false;
		}
		this.tracking.start();
		this.started = true;
		return true;
	}

	/**
	 * Stop polling and delivering.
	 * @return {@code false} if it had not begun
	 */
	synchronized boolean stop() {
		if (!this.started) {
			return false;
		}
		this.started = false;
		try {
			this.tracking.stop();
		}
		catch (RuntimeException ex) {
			logger.warn("The store of tracked operations of client '" + name()
					+ "' could not be stopped. The library continues without it.", ex);
		}
		return true;
	}

}
