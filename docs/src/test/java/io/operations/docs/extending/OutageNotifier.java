package io.operations.docs.extending;

import java.time.Duration;

import io.operations.OperationsException;
import io.operations.OperationsListener;

import org.springframework.stereotype.Component;

@Component
class OutageNotifier implements OperationsListener {

	private final Pager pager;

	OutageNotifier(Pager pager) {
		this.pager = pager;
	}

	@Override
	public void outageBegan(String client, OperationsException fault) {
		this.pager.send(client + " is unavailable: " + fault.getMessage());
	}

	@Override
	public void outageEnded(String client, Duration duration) {
		this.pager.send(client + " is available again after " + duration);
	}

	/**
	 * Sends messages without blocking.
	 */
	interface Pager {

		void send(String message);

	}

}
