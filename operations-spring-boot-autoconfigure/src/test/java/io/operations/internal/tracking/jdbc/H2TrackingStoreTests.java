package io.operations.internal.tracking.jdbc;

import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

@EnabledIfSystemProperty(named = "operations.soak", matches = "true")
class H2TrackingStoreTests extends JdbcTrackerContract {

	H2TrackingStoreTests() {
		super(H2Database.DATA_SOURCE);
	}

}
