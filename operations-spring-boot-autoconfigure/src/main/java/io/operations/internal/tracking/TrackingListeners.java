package io.operations.internal.tracking;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingListener;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Passes events to several listeners. If a listener throws an exception, it is logged and
 * the other listeners are notified.
 *
 * @since 0.1.0
 */
public final class TrackingListeners implements TrackingListener {

	private static final Log logger = LogFactory.getLog(TrackingListeners.class);

	private final Supplier<List<TrackingListener>> listeners;

	/**
	 * Create the listener.
	 * @param listeners the listeners, in the order in which they are notified
	 */
	public TrackingListeners(List<TrackingListener> listeners) {
		List<TrackingListener> copy = List.copyOf(listeners);
		this.listeners = () -> copy;
	}

	/**
	 * Create the listener.
	 * @param listeners supplies the listeners at each event, in the order in which they
	 * are notified
	 */
	public TrackingListeners(Supplier<List<TrackingListener>> listeners) {
		this.listeners = listeners;
	}

	private void notifyEach(Consumer<TrackingListener> event) {
		for (TrackingListener listener : all()) {
			try {
				event.accept(listener);
			}
			catch (RuntimeException | LinkageError ex) {
				logger.warn("Tracking listener " + listener.getClass().getName()
						+ " threw an exception. The library ignores it and notifies the other listeners. Fix the"
						+ " listener.", ex);
			}
		}
	}

	private List<TrackingListener> all() {
		try {
			return this.listeners.get();
		}
		catch (RuntimeException | LinkageError ex) {
			logger.warn("The tracking listeners cannot be created, so none of them is notified of this event: logs and"
					+ " metrics miss it. Fix the bean that fails.", ex);
			return List.of();
		}
	}

	@Override
	public void clientJoined(String client) {
		notifyEach((listener) -> listener.clientJoined(client));
	}

	@Override
	public void clientLeft(String client) {
		notifyEach((listener) -> listener.clientLeft(client));
	}

	@Override
	public void released(String client, @Nullable String operationId) {
		notifyEach((listener) -> listener.released(client, operationId));
	}

	@Override
	public void tracked(TrackedOperation operation) {
		notifyEach((listener) -> listener.tracked(operation));
	}

	@Override
	public void ended(TrackedOperation operation) {
		notifyEach((listener) -> listener.ended(operation));
	}

	@Override
	public void stuck(TrackedOperation operation, Duration age, Duration unusual) {
		notifyEach((listener) -> listener.stuck(operation, age, unusual));
	}

	@Override
	public void delivered(TrackedOperation operation, Duration duration) {
		notifyEach((listener) -> listener.delivered(operation, duration));
	}

	@Override
	public void deliveryFailed(TrackedOperation operation, Throwable fault) {
		notifyEach((listener) -> listener.deliveryFailed(operation, fault));
	}

	@Override
	public void deliveryHangs(TrackedOperation operation, Duration duration, Thread handler) {
		notifyEach((listener) -> listener.deliveryHangs(operation, duration, handler));
	}

	@Override
	public void stored(String call, Duration duration, @Nullable Throwable fault) {
		notifyEach((listener) -> listener.stored(call, duration, fault));
	}

	@Override
	public void storeUnavailable(Throwable fault) {
		notifyEach((listener) -> listener.storeUnavailable(fault));
	}

	@Override
	public void storeAvailableAgain(Duration duration) {
		notifyEach((listener) -> listener.storeAvailableAgain(duration));
	}

}
