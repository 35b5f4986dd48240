package io.operations.sample.cluster;

import java.util.List;
import java.util.Map;

import io.operations.AcceptedOperation;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationTracker;

import org.springframework.context.annotation.Profile;
import org.springframework.jdbc.core.DataClassRowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Reads and writes the application's own table. The methods block, because JDBC does.
 */
@Service
@Profile("cluster")
class Configurations {

	private static final int LISTED = 100;

	private final OperationTracker tracker;

	private final JdbcClient jdbc;

	Configurations(OperationTracker tracker, JdbcClient jdbc) {
		this.tracker = tracker;
		this.jdbc = jdbc;
	}

	/**
	 * Store a configuration and hand its operation to the tracker, in one transaction.
	 * @param accepted the operation that creates the configuration
	 * @param name the name of the configuration
	 */
	@Transactional
	void add(AcceptedOperation accepted, String name) {
		this.jdbc
			.sql("INSERT INTO configurations (operation_id, configuration_id, name, status)"
					+ " VALUES (:operationId, :configurationId, :name, 'PENDING')")
			.param("operationId", accepted.id())
			.param("configurationId", accepted.related().get("configurationId"))
			.param("name", name)
			.update();
		// Blocks on the thread of the transaction, so that the call takes part in it.
		this.tracker.track(accepted, Map.of("name", name)).block();
	}

	/**
	 * Store the outcome of a configuration. The library calls this in the transaction
	 * that marks the outcome as delivered.
	 * @param outcome the outcome
	 */
	void ended(OperationOutcome outcome) {
		this.jdbc
			.sql("UPDATE configurations SET status = :status, ended_at = now(), outcomes = outcomes + 1,"
					+ " attempt = :attempt WHERE operation_id = :operationId")
			.param("status", outcome.type().name())
			.param("attempt", outcome.attempt())
			.param("operationId", outcome.operationId())
			.update();
	}

	/**
	 * Return the configurations that callers wrote last.
	 * @return the configurations, the latest first
	 */
	List<TrackedConfiguration> latest() {
		return this.jdbc.sql("SELECT * FROM configurations ORDER BY created_at DESC LIMIT " + LISTED)
			.query(DataClassRowMapper.newInstance(TrackedConfiguration.class))
			.list();
	}

}
