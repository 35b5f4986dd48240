package io.operations.tracking.metrics;

import java.time.Duration;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingListener;
import io.operations.tracking.TrackingState;
import org.jspecify.annotations.Nullable;

/**
 * Counts the deliveries of this instance and times its calls to the store.
 *
 * @since 0.1.0
 */
public final class TrackingMeters implements TrackingListener {

	private final Counter delivered;

	private final Counter failed;

	private final Counter undelivered;

	private final Meter.MeterProvider<Timer> store;

	private final Tags client;

	/**
	 * Create the meters.
	 * @param registry the registry of the meters
	 * @param client the name of the client that polls
	 */
	public TrackingMeters(MeterRegistry registry, String client) {
		this.client = Tags.of("client", client);
		// Registered at the start, so that an alert can distinguish zero from missing.
		this.delivered = deliveries(registry, "delivered");
		this.failed = deliveries(registry, "failed");
		this.undelivered = deliveries(registry, "undelivered");
		this.store = Timer.builder("operations.tracking.store")
			.description("Duration of calls to the store of tracked operations")
			.withRegistry(registry);
	}

	private Counter deliveries(MeterRegistry registry, String result) {
		return Counter.builder("operations.deliveries")
			.description("Attempts to deliver an outcome, where result=undelivered counts failed last attempts")
			.tags(this.client)
			.tag("result", result)
			.register(registry);
	}

	@Override
	public void delivered(TrackedOperation operation, Duration duration) {
		this.delivered.increment();
	}

	@Override
	public void deliveryFailed(TrackedOperation operation, Throwable fault) {
		if (operation.state() == TrackingState.UNDELIVERED) {
			this.undelivered.increment();
		}
		else {
			this.failed.increment();
		}
	}

	@Override
	public void stored(String call, Duration duration, @Nullable Throwable fault) {
		this.store.withTags(this.client.and("call", call, "outcome", (fault != null) ? "error" : "success"))
			.record(duration);
	}

}
