package io.operations.test.autoconfigure.slice;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationOutcomeHandler;

import org.springframework.stereotype.Component;

/**
 * Handles outcomes.
 */
@Component
class Outcomes implements OperationOutcomeHandler {

	final BlockingQueue<OperationOutcome> all = new LinkedBlockingQueue<>();

	@Override
	public void handle(OperationOutcome outcome) {
		this.all.add(outcome);
	}

}
