package io.operations.tracking.jdbc;

class PostgresTrackingStoreTests extends JdbcTrackerContract {

	PostgresTrackingStoreTests() {
		super(PostgresDatabase.DATA_SOURCE);
	}

}
