package io.operations.internal.tracking.jdbc;

class H2TrackingStoreTests extends JdbcTrackerContract {

	H2TrackingStoreTests() {
		super(H2Database.DATA_SOURCE);
	}

}
