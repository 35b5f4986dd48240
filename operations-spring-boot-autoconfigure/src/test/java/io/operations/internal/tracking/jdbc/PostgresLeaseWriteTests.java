package io.operations.internal.tracking.jdbc;

class PostgresLeaseWriteTests extends LeaseWriteContract {

	PostgresLeaseWriteTests() {
		super(PostgresDatabase.DATA_SOURCE);
	}

}
