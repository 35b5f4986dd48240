package io.operations.internal.tracking;

import reactor.core.scheduler.Schedulers;

class MemoryTrackerTests extends OperationTrackerContract {

	@Override
	protected ClientTracking createStore(TrackingEngine engine) {
		return new StoreTracking(engine, new MemoryTrackingStore(engine.settings().maxTracked()),
				Schedulers.boundedElastic());
	}

}
