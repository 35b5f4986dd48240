package io.operations.benchmarks.tracking;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

import io.operations.internal.tracking.jdbc.JdbcTrackingStore;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;

/**
 * A PostgreSQL that commits to the disk and counts its statements.
 */
final class Database implements AutoCloseable {

	private final EmbeddedPostgres server;

	private final JdbcClient jdbc;

	private Database(EmbeddedPostgres server) {
		this.server = server;
		this.jdbc = JdbcClient.create(server.getPostgresDatabase());
		new ResourceDatabasePopulator(
				new DefaultResourceLoader().getResource(JdbcTrackingStore.schemaLocation(server.getPostgresDatabase())))
			.execute(server.getPostgresDatabase());
		this.jdbc.sql("CREATE EXTENSION pg_stat_statements").update();
	}

	static Database start() throws IOException {
		return new Database(EmbeddedPostgres.builder()
			.setServerConfig("shared_preload_libraries", "pg_stat_statements")
			.setServerConfig("fsync", "on")
			.setServerConfig("full_page_writes", "on")
			.setServerConfig("synchronous_commit", "on")
			.start());
	}

	String url() {
		return url("postgres");
	}

	String url(String user) {
		return this.server.getJdbcUrl(user, "postgres");
	}

	/**
	 * Return whether one instance polls for all, under a lease. Earlier builds claimed
	 * each poll.
	 * @return whether there is a table of leases
	 */
	boolean hasLeases() {
		return this.jdbc.sql("SELECT to_regclass('operations_lease') IS NOT NULL").query(Boolean.class).single();
	}

	/**
	 * Remove all operations and what was learned from them, and put some there that are
	 * overdue.
	 * @param count how many
	 */
	void fill(int count) {
		this.jdbc
			.sql("TRUNCATE operations_tracked, operations_scheduled"
					+ (hasLeases() ? ", operations_inbox, operations_lease, operations_learned" : ""))
			.update();
		String id = "'proc_' || CAST(EXTRACT(EPOCH FROM now()) * 1000 AS BIGINT) || '_36000000_' || n";
		this.jdbc.sql("""
				INSERT INTO operations_tracked (%s id, state, attributes, accepted, tracked_at, created_at, deadline,
				polls, stuck, attempts, forgiven, version)
				SELECT %s %s, 'TRACKED', '{"tenant":"t1"}', TRUE, now(), now(), now() + INTERVAL '1 day', 0, FALSE, 0,
				0, 0 FROM generate_series(1, %d) n""".formatted(hasLeases() ? "client, timeout_millis," : "",
				hasLeases() ? "'operations', 86400000," : "", id, count))
			.update();
		if (!hasLeases()) {
			this.jdbc
				.sql("""
						INSERT INTO operations_scheduled (task_name, task_instance, execution_time, picked, version, priority)
						SELECT 'operations', id, now(), FALSE, 1, 50 FROM operations_tracked""")
				.update();
		}
		this.jdbc.sql("VACUUM ANALYZE").update();
		this.jdbc.sql("SELECT pg_stat_reset()").query().singleRow();
	}

	/**
	 * Create users, so that the statements of each can be counted.
	 * @param names their names
	 */
	void createUsers(List<String> names) {
		names.forEach((name) -> this.jdbc.sql("CREATE ROLE " + name + " SUPERUSER LOGIN").update());
	}

	void resetStatements() {
		this.jdbc.sql("SELECT pg_stat_statements_reset()").query().singleRow();
	}

	/**
	 * Return what was executed since the last reset, but for our own statements.
	 * @return the statements, those first that took the longest
	 */
	List<Statement> statements() {
		return this.jdbc
			.sql("""
					SELECT rolname, query, calls, total_exec_time FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid
					WHERE query NOT LIKE '%pg_stat%' ORDER BY total_exec_time DESC""")
			.query((result, number) -> new Statement(Objects.requireNonNull(result.getString("rolname")),
					Objects.requireNonNull(result.getString("query")).replaceAll("\\s+", " "), result.getLong("calls"),
					result.getDouble("total_exec_time")))
			.list();
	}

	/**
	 * Return how many transactions were committed.
	 * @return the number of transactions
	 */
	long commits() {
		return this.jdbc.sql("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()")
			.query(Long.class)
			.single();
	}

	/**
	 * Return how tables have been used since they were filled.
	 * @return a row for each table
	 */
	List<Usage> usage() {
		return this.jdbc
			.sql("""
					SELECT relname, seq_scan, idx_scan, n_tup_upd, n_tup_hot_upd, pg_table_size(relid) AS size,
					(SELECT string_agg(substr(indexrelname, length(relname) + 2) || ' ' || idx_scan, ', ' ORDER BY idx_scan DESC)
					FROM pg_stat_user_indexes i WHERE i.relid = t.relid) AS indexes
					FROM pg_stat_user_tables t ORDER BY relname""")
			.query((result, number) -> new Usage(Objects.requireNonNull(result.getString("relname")),
					result.getLong("seq_scan"), Objects.requireNonNull(result.getString("indexes")),
					result.getLong("n_tup_upd"), result.getLong("n_tup_hot_upd"), result.getLong("size")))
			.list();
	}

	/**
	 * Return the time that the server's processes have had on a processor.
	 * @return the time
	 */
	Duration cpu() {
		// They are nobody's children.
		return ProcessHandle.allProcesses()
			.filter((process) -> process.info().command().orElse("").endsWith("/bin/postgres"))
			.map((process) -> process.info().totalCpuDuration().orElse(Duration.ZERO))
			.reduce(Duration.ZERO, Duration::plus);
	}

	@Override
	public void close() throws IOException {
		this.server.close();
	}

	/**
	 * What a user executed of one statement.
	 *
	 * @param user the user
	 * @param text the statement, its values left out
	 * @param calls how often
	 * @param millis for how long in all
	 */
	record Statement(String user, String text, long calls, double millis) {

		boolean isData() {
			return this.text.matches("(?i)(WITH|SELECT|INSERT|UPDATE|DELETE) .*");
		}

		boolean isBudget() {
			return this.text.contains("operations_budget") || this.text.contains("operations_instance");
		}

	}

	/**
	 * How a table was used.
	 *
	 * @param table its name
	 * @param wholeScans how often all of it was read
	 * @param indexScans how often each of its indexes was read by
	 * @param updates how many rows were changed
	 * @param inPlace how many of these needed no new entry in any index
	 * @param bytes how large it is
	 */
	record Usage(String table, long wholeScans, String indexScans, long updates, long inPlace, long bytes) {
	}

}
