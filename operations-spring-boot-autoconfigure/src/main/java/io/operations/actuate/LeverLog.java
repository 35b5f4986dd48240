package io.operations.actuate;

import io.operations.OperationsErrorResponse;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Logs what operators change at the endpoint. Each change is one line at INFO, whether it
 * succeeds or not. A line names the user, the client and the result. It has no
 * attributes.
 */
final class LeverLog {

	private static final Log logger = LogFactory.getLog("io.operations");

	private LeverLog() {
	}

	/**
	 * Log a change.
	 * @param client the name of the client
	 * @param change the rest of the sentence after the user
	 */
	static void changed(String client, String change) {
		logger.info("[" + printable(client) + "] The user " + quoted(OperationsUserAdvisor.user()) + " " + change);
	}

	/**
	 * Log a change that failed.
	 * @param client the name of the client
	 * @param change what the user wanted to do
	 * @param fault why it failed
	 */
	static void failed(String client, String change, Throwable fault) {
		changed(client, "could not " + change + ": " + printable(fault.toString()));
	}

	/**
	 * Return a text in quotes.
	 * @param text the text
	 * @return the text with escaped control characters
	 */
	static String quoted(String text) {
		return "'" + printable(text) + "'";
	}

	private static String printable(String text) {
		return OperationsErrorResponse.printable(text);
	}

}
