package io.operations.test.autoconfigure.slice;

import java.util.concurrent.atomic.AtomicInteger;

import io.operations.OperationSnapshot;
import io.operations.OperationsListener;

import org.springframework.stereotype.Component;

/**
 * Customizes the client.
 */
@Component
class Fetches implements OperationsListener {

	final AtomicInteger number = new AtomicInteger();

	@Override
	public void fetched(String client, OperationSnapshot snapshot) {
		this.number.incrementAndGet();
	}

}
