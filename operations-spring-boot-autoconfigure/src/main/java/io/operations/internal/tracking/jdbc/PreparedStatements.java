package io.operations.internal.tracking.jdbc;

import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

import io.operations.OperationsErrorResponse;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Warns once if the database does not know a statement that the driver has prepared. The
 * message of the driver does not name the usual reason.
 */
final class PreparedStatements {

	private static final Log logger = LogFactory.getLog(PreparedStatements.class);

	// A prepared statement does not exist, or already exists.
	private static final Set<String> STATES = Set.of("26000", "42P05");

	private final AtomicBoolean warned = new AtomicBoolean();

	/**
	 * Look at the fault of a transaction.
	 * @param fault the fault
	 */
	void check(Throwable fault) {
		DatabaseFaults.sqlExceptions(fault)
			.filter((sql) -> sql.getSQLState() != null && STATES.contains(sql.getSQLState()))
			.findFirst()
			.ifPresent(this::warnOnce);
	}

	private void warnOnce(SQLException fault) {
		if (this.warned.compareAndSet(false, true)) {
			logger.warn("The database of tracked operations and the JDBC driver disagree about prepared statements ("
					+ OperationsErrorResponse.printable(String.valueOf(fault.getMessage()))
					+ "). Until that is corrected, calls of the tracker fail and outcomes are missing. The usual cause"
					+ " is PgBouncer in transaction mode. Add prepareThreshold=0 to the JDBC URL.");
		}
	}

}
