package io.operations.observation;

import java.util.List;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationFilter;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

/**
 * An observation registry whose only handler is the one that feeds the meters of an
 * application. A template with this registry times its waits without an observation for
 * each, and observes everything else.
 *
 * @since 0.1.0
 */
public final class MeteredObservationRegistry implements ObservationRegistry {

	private final ObservationRegistry registry;

	private final WaitTimers waits;

	/**
	 * Create the registry.
	 * @param registry the registry of the observations
	 * @param meters the registry of the meters
	 * @param active whether there is a meter of the active waits
	 * @param filters the filters of the observations
	 */
	public MeteredObservationRegistry(ObservationRegistry registry, MeterRegistry meters, boolean active,
			List<ObservationFilter> filters) {
		this.registry = registry;
		this.waits = new WaitTimers(meters, active, filters);
	}

	ObservationRegistry registry() {
		return this.registry;
	}

	WaitTimers waits() {
		return this.waits;
	}

	@Override
	public @Nullable Observation getCurrentObservation() {
		return this.registry.getCurrentObservation();
	}

	@Override
	public Observation.@Nullable Scope getCurrentObservationScope() {
		return this.registry.getCurrentObservationScope();
	}

	@Override
	public void setCurrentObservationScope(Observation.@Nullable Scope current) {
		this.registry.setCurrentObservationScope(current);
	}

	@Override
	public ObservationConfig observationConfig() {
		return this.registry.observationConfig();
	}

	@Override
	public boolean isNoop() {
		return this.registry.isNoop();
	}

}
