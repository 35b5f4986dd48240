package io.operations.observation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationFilter;
import io.operations.Operation;
import io.operations.OperationsErrorResponse;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.observability.DefaultSignalListener;
import reactor.core.publisher.Mono;

/**
 * Times waits where only meters listen to observations. The meters have the names and the
 * tags of the meters that Micrometer's handler derives from an observation. A wait keeps
 * its start time and no observation. An observation takes 900 bytes, and an application
 * may have very many waits.
 */
final class WaitTimers {

	private static final Log logger = LogFactory.getLog(WaitTimers.class);

	private final MeterRegistry registry;

	private final boolean active;

	private final List<ObservationFilter> filters;

	private final OperationAwaitObservationConvention convention = new DefaultOperationAwaitObservationConvention();

	WaitTimers(MeterRegistry registry, boolean active, List<ObservationFilter> filters) {
		this.registry = registry;
		this.active = active;
		this.filters = List.copyOf(filters);
	}

	Mono<Operation> time(String client, String operationId, Mono<Operation> wait) {
		return wait.tap(() -> new TimedWait(this, client, operationId));
	}

	private LongTaskTimer.@Nullable Sample begin(String client, String operationId) {
		if (!this.active) {
			return null;
		}
		OperationAwaitObservationContext context = new OperationAwaitObservationContext(client, operationId);
		return this.registry.more()
			.longTaskTimer(this.convention.getName() + ".active",
					tags(this.convention.getLowCardinalityKeyValues(context)))
			.start();
	}

	private long now() {
		return this.registry.config().clock().monotonicTime();
	}

	private void end(OperationAwaitObservationContext ended, long nanos) {
		ended.setName(String.valueOf(this.convention.getName()));
		ended.addLowCardinalityKeyValues(this.convention.getLowCardinalityKeyValues(ended));
		ended.addHighCardinalityKeyValues(this.convention.getHighCardinalityKeyValues(ended));
		Observation.Context context = ended;
		for (ObservationFilter filter : this.filters) {
			context = filter.map(context);
		}
		List<Tag> tags = tags(context.getLowCardinalityKeyValues());
		Throwable fault = context.getError();
		tags.add(Tag.of("error", (fault != null) ? fault.getClass().getSimpleName() : "none"));
		this.registry.timer(String.valueOf(context.getName()), tags).record(nanos, TimeUnit.NANOSECONDS);
	}

	private static List<Tag> tags(KeyValues values) {
		List<Tag> tags = new ArrayList<>();
		for (KeyValue value : values) {
			tags.add(Tag.of(value.getKey(), value.getValue()));
		}
		return tags;
	}

	/**
	 * Times one caller's wait.
	 */
	private static final class TimedWait extends DefaultSignalListener<Operation> {

		private static final AtomicIntegerFieldUpdater<TimedWait> ENDED = AtomicIntegerFieldUpdater
			.newUpdater(TimedWait.class, "ended");

		private final WaitTimers timers;

		private final String client;

		private final String operationId;

		// Accessed through ENDED.
		@SuppressWarnings("unused")
		private volatile int ended;

		private long began;

		private LongTaskTimer.@Nullable Sample sample;

		TimedWait(WaitTimers timers, String client, String operationId) {
			this.timers = timers;
			this.client = client;
			this.operationId = operationId;
		}

		@Override
		public void doFirst() {
			this.sample = this.timers.begin(this.client, this.operationId);
			this.began = this.timers.now();
		}

		// The timer stops before the outcome is passed on, so that a caller with the
		// outcome finds it in the metrics, too.
		@Override
		public void doOnNext(Operation operation) {
			end(operation, null, false);
		}

		@Override
		public void doOnComplete() {
			end(null, null, false);
		}

		@Override
		public void doOnError(Throwable fault) {
			end(null, fault, false);
		}

		@Override
		public void doOnCancel() {
			end(null, null, true);
		}

		private void end(@Nullable Operation operation, @Nullable Throwable fault, boolean cancelled) {
			if (!ENDED.compareAndSet(this, 0, 1)) {
				return;
			}
			try {
				OperationAwaitObservationContext context = new OperationAwaitObservationContext(this.client,
						this.operationId);
				if (operation != null) {
					context.setOperation(operation);
				}
				if (fault != null) {
					context.setError(fault);
				}
				if (cancelled) {
					context.setCancelled();
				}
				this.timers.end(context, this.timers.now() - this.began);
				if (this.sample != null) {
					this.sample.stop();
				}
			}
			catch (RuntimeException ex) {
				logger.warn("[" + this.client + "] The timer of operation '"
						+ OperationsErrorResponse.printable(this.operationId)
						+ "' failed when it stopped. The call continues, but its metrics may be missing. Check the meter"
						+ " filters and observation filters of the application.", ex);
			}
		}

	}

}
