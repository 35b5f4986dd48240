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
 * Counts deliveries and times calls to the store, as this instance makes them.
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
	 * @param registry where they are registered
	 * @param client the name of the client that polls
	 */
	public TrackingMeters(MeterRegistry registry, String client) {
		this.client = Tags.of("client", client);
		// There from the start, so that an alert on them can tell zero from missing.
		this.delivered = deliveries(registry, "delivered");
		this.failed = deliveries(registry, "failed");
		this.undelivered = deliveries(registry, "undelivered");
		this.store = Timer.builder("operations.tracking.store")
			.description("Calls to the store of tracked operations")
			.withRegistry(registry);
	}

	private Counter deliveries(MeterRegistry registry, String result) {
		return Counter.builder("operations.deliveries")
			.description("Attempts to deliver an outcome; the last of those that failed is undelivered")
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
