package io.operations.internal.tracking.jdbc;

import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import javax.sql.DataSource;

import io.operations.OperationsErrorResponse;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Reports clients that the database knows and this instance does not, for instance while
 * the instances change to another configuration one after the other. Each client is
 * reported once.
 */
final class UnknownClients {

	private static final Log logger = LogFactory.getLog(UnknownClients.class);

	private final Set<String> reported = ConcurrentHashMap.newKeySet();

	private final JdbcClient jdbc;

	private final String statement;

	UnknownClients(DataSource dataSource, TrackingTables tables) {
		this.jdbc = JdbcClient.create(dataSource);
		// Each client whose operations were ever tracked has a lease. The two other
		// tables are read by their indexes.
		this.statement = "SELECT l.task_instance FROM " + tables.lease()
				+ " l WHERE l.task_name = :task AND l.task_instance NOT IN (:known) AND (EXISTS (SELECT 1 FROM "
				+ tables.tracked() + " t WHERE t.client = l.task_instance AND t.state = 'TRACKED')"
				+ " OR EXISTS (SELECT 1 FROM " + tables.scheduled() + " s WHERE s.task_name = l.task_instance))";
	}

	/**
	 * Report the clients with open operations or outcomes to deliver that were not
	 * reported yet.
	 * @param known the clients of this instance, at least one
	 */
	void report(Collection<String> known) {
		if (known.isEmpty()) {
			return;
		}
		this.jdbc.sql(this.statement)
			.param("task", LeaseTask.NAME)
			.param("known", known)
			.query((result, number) -> result.getString(1))
			.list()
			.stream()
			.filter(this.reported::add)
			.forEach((client) -> logger.warn("The database contains tracked operations of client '"
					+ OperationsErrorResponse.printable(client)
					+ "', which this instance does not have. It leaves their polls and outcomes to instances that have"
					+ " this client. If no instance has it any more, configure it again until all outcomes are"
					+ " delivered, or delete its rows."));
	}

}
