package io.operations.internal.tracking.jdbc;

class H2LeaseWriteTests extends LeaseWriteContract {

	H2LeaseWriteTests() {
		super(H2Database.DATA_SOURCE);
	}

}
