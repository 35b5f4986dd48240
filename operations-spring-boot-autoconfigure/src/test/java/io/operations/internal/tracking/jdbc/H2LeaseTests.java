package io.operations.internal.tracking.jdbc;

class H2LeaseTests extends LeaseContract {

	H2LeaseTests() {
		super(H2Database.DATA_SOURCE);
	}

}
