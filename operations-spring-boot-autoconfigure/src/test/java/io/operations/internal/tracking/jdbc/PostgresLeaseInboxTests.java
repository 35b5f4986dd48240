package io.operations.internal.tracking.jdbc;

class PostgresLeaseInboxTests extends LeaseInboxContract {

	PostgresLeaseInboxTests() {
		super(PostgresDatabase.DATA_SOURCE);
	}

}
