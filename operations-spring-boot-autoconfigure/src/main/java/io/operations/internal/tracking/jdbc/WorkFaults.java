package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Logs the first failure of a kind of work, and no further one until this work has
 * succeeded. Does not log locked rows. Does not log an outage of the database, because
 * the listener reports it.
 */
final class WorkFaults {

	private static final Log logger = LogFactory.getLog(WorkFaults.class);

	/**
	 * The time after which failed work is repeated.
	 */
	static final Duration PAUSE = Duration.ofMillis(500);

	private final Set<String> failing = ConcurrentHashMap.newKeySet();

	/**
	 * Note that work has succeeded.
	 * @param work the kind of work
	 */
	void succeeded(String work) {
		this.failing.remove(work);
	}

	/**
	 * Note that work has failed.
	 * @param work the kind of work
	 * @param fault why it failed
	 */
	void failed(String work, RuntimeException fault) {
		boolean isExpected = DatabaseFaults.isUnavailable(fault) || DatabaseFaults.isLocked(fault);
		if (!isExpected && this.failing.add(work)) {
			logger.error("This instance cannot " + work + ". It keeps retrying and does not log this again until it"
					+ " succeeds. Check the tables and the rights of the database user.", fault);
		}
	}

}
