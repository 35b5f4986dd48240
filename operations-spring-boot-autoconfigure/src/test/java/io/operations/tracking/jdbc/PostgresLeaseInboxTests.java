package io.operations.tracking.jdbc;

class PostgresLeaseInboxTests extends LeaseInboxContract {

	PostgresLeaseInboxTests() {
		super(PostgresDatabase.DATA_SOURCE);
	}

}
