package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import javax.sql.DataSource;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Reads the table of the durations that instances have learned. {@link FencedRows} writes
 * it.
 */
final class LearnedRows {

	// The number of characters, of at most four bytes each. PostgreSQL's index holds
	// 2,700 bytes.
	private static final int LONGEST_KIND = 500;

	private static final OperationJson JSON = new OperationJson();

	private final JdbcClient jdbc;

	private final String select;

	private final String client;

	/**
	 * Create the rows of a client.
	 * @param dataSource the database
	 * @param tables the names of the tables
	 * @param client the name of the client
	 */
	LearnedRows(DataSource dataSource, TrackingTables tables, String client) {
		this.jdbc = JdbcClient.create(dataSource);
		this.select = "SELECT kind, state FROM " + tables.learned() + " WHERE client = :client";
		this.client = client;
	}

	/**
	 * Return the durations that an instance has learned.
	 * @return the durations by kind
	 */
	Map<String, List<Duration>> find() {
		Map<String, List<Duration>> learned = new HashMap<>();
		this.jdbc.sql(this.select).param("client", this.client).query((result) -> {
			List<Duration> durations = JSON.readDurations(result.getString("state"));
			learned.put(result.getString("kind"), durations);
		});
		return learned;
	}

	/**
	 * Return the texts that the table keeps for durations. Leaves out kinds that are too
	 * long for the index or contain the character NUL, which a text column cannot hold.
	 * @param durations durations by kind
	 * @return texts by kind, in the order of the kinds
	 */
	static Map<String, String> texts(Map<String, List<Duration>> durations) {
		Map<String, String> texts = new TreeMap<>();
		durations.forEach((kind, learned) -> {
			if (kind.length() <= LONGEST_KIND && kind.indexOf('\0') < 0) {
				texts.put(kind, JSON.write(learned));
			}
		});
		return texts;
	}

}
