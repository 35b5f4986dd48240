package io.operations.internal.tracking.jdbc;

class H2LeaseLearningTests extends LeaseLearningContract {

	H2LeaseLearningTests() {
		super(H2Database.DATA_SOURCE);
	}

}
