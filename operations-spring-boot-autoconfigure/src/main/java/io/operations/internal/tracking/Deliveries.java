package io.operations.internal.tracking;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.operations.internal.WorkLoop;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * Begins the deliveries of outcomes at their due times, each on a thread that may block.
 * Does so only while started. Thread-safe.
 */
final class Deliveries {

	private static final Log logger = LogFactory.getLog(Deliveries.class);

	private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

	private final WorkLoop loop = new WorkLoop(this::beginAll);

	private final Scheduler timers;

	private final Scheduler blocking;

	private final Consumer<String> delivery;

	// The fields below are guarded by "this". No foreign code is called while it is
	// locked.
	private final DeliveryQueue queue = new DeliveryQueue();

	private final Set<String> inProgress = new HashSet<>();

	private boolean started;

	private @Nullable Disposable timer;

	private long timerAt = Long.MAX_VALUE;

	/**
	 * Create the deliveries.
	 * @param timers the scheduler for due times
	 * @param blocking the scheduler on which outcomes are delivered
	 * @param delivery delivers the outcome of the operation with the given id, if it is
	 * due. After an exception it is called again one second later.
	 */
	Deliveries(Scheduler timers, Scheduler blocking, Consumer<String> delivery) {
		this.timers = timers;
		this.blocking = blocking;
		this.delivery = delivery;
	}

	/**
	 * Plan the delivery of an outcome, in place of an earlier plan for the same
	 * operation. {@link #run()} must follow.
	 * @param operationId the operation's id
	 * @param delay the time until it is due
	 */
	void plan(String operationId, Duration delay) {
		long at = monotonic() + delay.toMillis();
		synchronized (this) {
			this.queue.add(operationId, at);
		}
	}

	/**
	 * Plan the delivery of an outcome that the store had at the start, or kept without an
	 * answer, unless its delivery is in progress. {@link #run()} must follow.
	 * @param operationId the operation's id
	 * @param delay the time until it is due
	 */
	void load(String operationId, Duration delay) {
		long at = monotonic() + delay.toMillis();
		synchronized (this) {
			if (!this.inProgress.contains(operationId)) {
				this.queue.add(operationId, at);
			}
		}
	}

	synchronized void cancel(String operationId) {
		this.queue.remove(operationId);
	}

	/**
	 * Return the number of deliveries that are due and have not begun.
	 * @return the number of deliveries
	 */
	synchronized long due() {
		return this.queue.due(monotonic());
	}

	void start() {
		synchronized (this) {
			this.started = true;
		}
		run();
	}

	void stop() {
		synchronized (this) {
			this.started = false;
		}
		run();
	}

	/**
	 * Begin all deliveries that are due, and set the timer to the next one.
	 */
	void run() {
		this.loop.run();
	}

	private void beginAll() {
		String operationId = take();
		while (operationId != null) {
			begin(operationId);
			operationId = take();
		}
		setTimer();
	}

	private synchronized @Nullable String take() {
		String operationId = this.started ? this.queue.take(monotonic()) : null;
		if (operationId != null) {
			this.inProgress.add(operationId);
		}
		return operationId;
	}

	private void begin(String operationId) {
		try {
			this.blocking.schedule(() -> deliver(operationId));
		}
		catch (RejectedExecutionException ex) {
			logger.warn("No thread is free to deliver the outcome of operation '" + operationId
					+ "'. The library tries again in one second. If this repeats, look for handlers that block too long.",
					ex);
			end(operationId);
			plan(operationId, AFTER_FAILURE);
		}
	}

	private void deliver(String operationId) {
		try {
			this.delivery.accept(operationId);
		}
		catch (RuntimeException ex) {
			logger.warn("The store failed while the outcome of operation '" + operationId
					+ "' was delivered. The library tries again in one second. If this repeats, check the store.", ex);
			plan(operationId, AFTER_FAILURE);
			run();
		}
		finally {
			end(operationId);
		}
	}

	private synchronized void end(String operationId) {
		this.inProgress.remove(operationId);
	}

	private void setTimer() {
		long at;
		synchronized (this) {
			at = this.started ? this.queue.next() : Long.MAX_VALUE;
			if (at == this.timerAt) {
				return;
			}
			forgetTimer();
			this.timerAt = at;
		}
		if (at != Long.MAX_VALUE) {
			setTimer(at);
		}
	}

	private void setTimer(long at) {
		Disposable set;
		try {
			set = this.timers.schedule(() -> ring(at), Math.max(0, at - monotonic()), TimeUnit.MILLISECONDS);
		}
		catch (RejectedExecutionException ex) {
			// The next caller must try again.
			synchronized (this) {
				forgetTimer();
			}
			throw ex;
		}
		synchronized (this) {
			if (this.timerAt == at) {
				this.timer = set;
			}
		}
	}

	private void forgetTimer() {
		this.timerAt = Long.MAX_VALUE;
		if (this.timer != null) {
			this.timer.dispose();
			this.timer = null;
		}
	}

	private void ring(long at) {
		synchronized (this) {
			if (this.timerAt == at) {
				this.timerAt = Long.MAX_VALUE;
				this.timer = null;
			}
		}
		run();
	}

	private long monotonic() {
		return TimeUnit.NANOSECONDS.toMillis(this.timers.now(TimeUnit.NANOSECONDS));
	}

}
