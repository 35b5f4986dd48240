package io.operations.observation;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.operations.internal.ReadableDuration;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Logs the pauses that operators begin, in each instance that pauses.
 */
final class OperatorPauseLog {

	private static final Log logger = LogFactory.getLog("io.operations");

	private final Set<String> paused = ConcurrentHashMap.newKeySet();

	void began(String client, Duration pause) {
		this.paused.add(client);
		logger.warn("[" + client + "] An operator has paused the client. This instance sends no request for "
				+ ReadableDuration.of(pause)
				+ ". Waits still end at their deadlines. To end the pause earlier, resume the client at the actuator"
				+ " endpoint 'operations'.");
	}

	void ended(String client) {
		if (this.paused.remove(client)) {
			logger.warn("[" + client + "] The pause is over. This instance sends requests again.");
		}
	}

	void closed(String client) {
		this.paused.remove(client);
	}

}
