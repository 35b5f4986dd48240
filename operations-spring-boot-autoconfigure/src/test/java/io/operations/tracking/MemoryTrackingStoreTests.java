package io.operations.tracking;

import reactor.core.scheduler.Schedulers;

class MemoryTrackingStoreTests extends OperationTrackerContract {

	@Override
	protected TrackingStore createStore(TrackingEngine engine) {
		return new MemoryTrackingStore(engine, Schedulers.boundedElastic());
	}

}
