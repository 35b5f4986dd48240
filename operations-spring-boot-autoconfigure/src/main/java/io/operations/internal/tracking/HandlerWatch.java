package io.operations.internal.tracking;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingListener;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * Watches the thread that creates it while handlers run on that thread. Interrupts the
 * thread after the timeout, and again after each further timeout until the handlers
 * return.
 */
final class HandlerWatch {

	private final TrackedOperation operation;

	private final Duration timeout;

	private final TrackingListener listener;

	private final Consumer<Runnable> scope;

	private final Disposable timer;

	// The fields below are guarded by "this".
	private @Nullable Thread handler = Thread.currentThread();

	private int rings;

	HandlerWatch(TrackedOperation operation, Duration timeout, Scheduler scheduler, TrackingListener listener,
			Consumer<Runnable> scope) {
		this.scope = scope;
		this.operation = operation;
		this.timeout = timeout;
		this.listener = listener;
		this.timer = scheduler.schedulePeriodically(this::ring, timeout.toMillis(), timeout.toMillis(),
				TimeUnit.MILLISECONDS);
	}

	private void ring() {
		Thread hanging;
		Duration duration;
		synchronized (this) {
			hanging = this.handler;
			if (hanging == null) {
				return;
			}
			this.rings++;
			duration = this.timeout.multipliedBy(this.rings);
		}
		this.scope.accept(() -> this.listener.deliveryHangs(this.operation, duration, hanging));
		synchronized (this) {
			// If the handlers have returned meanwhile, the interrupt would hit the next
			// work of the thread.
			if (this.handler != null) {
				hanging.interrupt();
			}
		}
	}

	void end() {
		this.timer.dispose();
		synchronized (this) {
			this.handler = null;
			if (this.rings > 0) {
				Thread.interrupted();
			}
		}
	}

}
