package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import io.operations.internal.tracking.HeldOperations;
import io.operations.internal.tracking.TrackedRow;
import io.operations.internal.tracking.TrackingEngine;

/**
 * Passes operations to the engine, which polls them with the template's poller.
 */
final class HeldByEngine implements Held {

	private final TrackingEngine engine;

	private final Supplier<HeldOperations> held;

	/**
	 * Create the object.
	 * @param engine the engine
	 * @param held supplies the operations that the engine holds; called only when they
	 * are used
	 */
	HeldByEngine(TrackingEngine engine, Supplier<HeldOperations> held) {
		this.engine = engine;
		this.held = held;
	}

	@Override
	public void load(List<TrackedRow> rows) {
		this.held.get().load(rows);
	}

	@Override
	public void take(List<TrackedRow> rows) {
		this.held.get().take(rows);
	}

	@Override
	public void release(String operationId) {
		this.held.get().release(operationId);
		this.engine.listener().released(this.engine.client(), operationId);
	}

	@Override
	public void releaseAll() {
		this.held.get().releaseAll();
		this.engine.listener().released(this.engine.client(), null);
	}

	@Override
	public void resume() {
		this.held.get().resume();
	}

	@Override
	public boolean has(String operationId) {
		return this.held.get().has(operationId);
	}

	@Override
	public boolean has(String operationId, long version) {
		return this.held.get().has(operationId, version);
	}

	@Override
	public int held() {
		return this.held.get().held();
	}

	@Override
	public void stored(String operationId, long version, long next) {
		this.held.get().stored(operationId, version, next);
	}

	@Override
	public void changed(TrackedRow before, TrackedRow stored) {
		this.engine.changed(before, stored);
	}

	@Override
	public Map<String, List<Duration>> samples() {
		return this.engine.polls().samples();
	}

	@Override
	public void learn(Map<String, List<Duration>> durations) {
		durations.forEach((kind, learned) -> learned.forEach((duration) -> this.engine.polls().learn(kind, duration)));
	}

	@Override
	public List<HeldOperations.Polls> polls(int most) {
		return this.held.get().polls(most);
	}

}
