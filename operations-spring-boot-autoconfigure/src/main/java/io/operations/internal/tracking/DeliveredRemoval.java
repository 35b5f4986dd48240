package io.operations.internal.tracking;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import io.operations.tracking.TrackingStore;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * Removes delivered operations that ended longer ago than their retention, once a minute
 * while started.
 */
final class DeliveredRemoval {

	private static final Log logger = LogFactory.getLog(DeliveredRemoval.class);

	private static final Duration INTERVAL = Duration.ofMinutes(1);

	private final TrackingStore store;

	private final TrackingEngine engine;

	private final Scheduler blocking;

	private volatile @Nullable Disposable job;

	/**
	 * Create the removal.
	 * @param engine has the clock and the retention
	 * @param store the store
	 * @param blocking the scheduler for calls of a store that blocks
	 */
	DeliveredRemoval(TrackingEngine engine, TrackingStore store, Scheduler blocking) {
		this.engine = engine;
		this.store = store;
		this.blocking = blocking;
	}

	void start() {
		this.job = this.engine.polls()
			.scheduler()
			.schedulePeriodically(this::begin, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
	}

	void stop() {
		Disposable present = this.job;
		if (present != null) {
			present.dispose();
		}
	}

	private void begin() {
		if (!this.store.isBlocking()) {
			remove();
			return;
		}
		try {
			this.blocking.schedule(this::remove);
		}
		catch (RejectedExecutionException ex) {
			logger.debug("No thread is free to remove delivered operations. The library tries again later.", ex);
		}
	}

	private void remove() {
		try {
			this.store.removeDelivered(this.engine.polls().now().minus(this.engine.retention()));
		}
		catch (RuntimeException ex) {
			logger.warn("The store cannot remove delivered operations older than operations.tracking.retention. The"
					+ " library tries again in one minute. If this repeats, check the store.", ex);
		}
	}

}
