package io.operations.internal.tracking.jdbc;

class H2LeaseInboxTests extends LeaseInboxContract {

	H2LeaseInboxTests() {
		super(H2Database.DATA_SOURCE);
	}

}
