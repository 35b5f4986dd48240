package io.operations.autoconfigure.metrics;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;

/**
 * Gives the timers of the dashboard few buckets that suit what they measure. A timer with
 * all buckets of Micrometer would have some 70 of them for each value of each tag.
 */
final class OperationsHistograms implements MeterFilter, Ordered {

	// Single HTTP exchanges, with their time in the queue.
	private static final double[] REQUESTS = seconds(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60);

	// From an operation of a second to one of a day.
	private static final double[] OPERATIONS = seconds(1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 14400,
			86400);

	// The server's clock has a resolution of one second.
	private static final double[] DELAYS = seconds(1, 2, 3, 5, 10, 20, 30, 60, 120, 300, 600);

	private static final Map<String, double[]> BUCKETS = Map.of("operations.fetch", REQUESTS, "operations.write",
			REQUESTS, "operations.await", OPERATIONS, "operations.duration", OPERATIONS, "operations.detection.delay",
			DELAYS);

	@Override
	public @Nullable DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
		double[] buckets = BUCKETS.get(id.getName());
		if (buckets == null || id.getType() != Meter.Type.TIMER) {
			return config;
		}
		return DistributionStatisticConfig.builder().serviceLevelObjectives(buckets).build().merge(config);
	}

	private static double[] seconds(double... seconds) {
		return Arrays.stream(seconds).map((each) -> each * TimeUnit.SECONDS.toNanos(1)).toArray();
	}

	// Before the filter of Spring Boot for management.metrics.distribution, which has the
	// order 0: the last filter wins.
	@Override
	public int getOrder() {
		return -1;
	}

}
