package io.operations.internal.tracking.jdbc;

class PostgresLeaseLearningTests extends LeaseLearningContract {

	PostgresLeaseLearningTests() {
		super(PostgresDatabase.DATA_SOURCE);
	}

}
