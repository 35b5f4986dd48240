package io.operations.observation;

import java.util.Objects;
import java.util.function.Consumer;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Represents the scope of an observation, whose handlers may fail. An observation makes
 * its scope the present one of the thread before it notifies the handlers, and leaves it
 * so if one of them fails. This class restores the scope that the thread had before.
 */
final class GuardedScope {

	private final ObservationRegistry registry;

	private final Consumer<RuntimeException> faults;

	private final Observation.@Nullable Scope before;

	private Observation.@Nullable Scope opened;

	private GuardedScope(ObservationRegistry registry, Consumer<RuntimeException> faults) {
		this.registry = registry;
		this.faults = faults;
		this.before = registry.getCurrentObservationScope();
	}

	/**
	 * Open the scope of an observation. If a handler fails, the thread keeps the scope
	 * that it has.
	 * @param observation the observation
	 * @param faults receives the exceptions of the handlers
	 * @return the scope
	 */
	static GuardedScope open(Observation observation, Consumer<RuntimeException> faults) {
		GuardedScope scope = new GuardedScope(observation.getObservationRegistry(), faults);
		try {
			scope.opened = observation.openScope();
		}
		catch (RuntimeException ex) {
			faults.accept(ex);
			Observation.Scope left = scope.registry.getCurrentObservationScope();
			if (left != null && !Objects.equals(left, scope.before)) {
				scope.close(left);
			}
		}
		return scope;
	}

	/**
	 * Close the scope.
	 */
	void close() {
		if (this.opened != null) {
			close(this.opened);
		}
	}

	private void close(Observation.Scope scope) {
		try {
			scope.close();
		}
		catch (RuntimeException ex) {
			this.faults.accept(ex);
			restore(scope);
		}
	}

	// The handlers before the one that failed have not left the scope. Nothing else makes
	// them leave it.
	@SuppressWarnings("deprecation")
	private void restore(Observation.Scope scope) {
		try {
			scope.reset();
			if (this.before != null) {
				this.before.makeCurrent();
			}
		}
		catch (RuntimeException ex) {
			this.faults.accept(ex);
		}
		finally {
			this.registry.setCurrentObservationScope(this.before);
		}
	}

}
