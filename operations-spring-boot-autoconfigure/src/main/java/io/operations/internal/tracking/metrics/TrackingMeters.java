package io.operations.internal.tracking.metrics;

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
 * Counts the deliveries of this instance for each client and times its calls to the
 * store.
 *
 * @since 0.1.0
 */
public final class TrackingMeters implements TrackingListener {

	private static final String DELIVERED = "delivered";

	private static final String FAILED = "failed";

	private static final String UNDELIVERED = "undelivered";

	private final MeterRegistry registry;

	private final Meter.MeterProvider<Timer> store;

	/**
	 * Create the meters.
	 * @param registry the registry of the meters
	 * @param client the name of the default client
	 */
	public TrackingMeters(MeterRegistry registry, String client) {
		this.registry = registry;
		this.store = Timer.builder("operations.tracking.store")
			.description("Duration of calls to the store of tracked operations")
			.withRegistry(registry);
		clientJoined(client);
	}

	// Registered at the start, so that an alert can distinguish zero from missing.
	@Override
	public void clientJoined(String client) {
		deliveries(client, DELIVERED);
		deliveries(client, FAILED);
		deliveries(client, UNDELIVERED);
	}

	private Counter deliveries(String client, String result) {
		return Counter.builder("operations.deliveries")
			.description("Attempts to deliver an outcome, where result=undelivered counts failed last attempts")
			.tag("client", client)
			.tag("result", result)
			.register(this.registry);
	}

	@Override
	public void delivered(TrackedOperation operation, Duration duration) {
		deliveries(operation.client(), DELIVERED).increment();
	}

	@Override
	public void deliveryFailed(TrackedOperation operation, Throwable fault) {
		boolean isLast = operation.state() == TrackingState.UNDELIVERED;
		deliveries(operation.client(), isLast ? UNDELIVERED : FAILED).increment();
	}

	// All clients share the store.
	@Override
	public void stored(String call, Duration duration, @Nullable Throwable fault) {
		this.store.withTags(Tags.of("call", call, "outcome", (fault != null) ? "error" : "success")).record(duration);
	}

}
