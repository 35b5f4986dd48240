package io.operations.internal.resilience.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

import io.operations.RetryAfter;
import io.operations.resilience.BudgetStore;

/**
 * Contains the statements for each supported database. The statements use only the clock
 * of the database. A reservation locks the row before it reads the clock, because a time
 * that was read before a wait for the lock would be too early. A reservation removes a
 * pause that is over. Otherwise the pause would begin again if the clock were set back.
 * Parameters that are times are in microseconds.
 */
enum BudgetStatements {

	/**
	 * PostgreSQL. {@code ON CONFLICT DO UPDATE} locks the row first, and
	 * {@code clock_timestamp()} advances within a statement.
	 */
	POSTGRESQL("PostgreSQL", """
			INSERT INTO %1$s AS b (client, next_at, paused_until)
			VALUES (?, clock_timestamp() + ? * INTERVAL '1 microsecond', 'epoch')
			ON CONFLICT (client) DO UPDATE SET next_at = GREATEST(
			LEAST(b.next_at, clock_timestamp() + ? * INTERVAL '1 microsecond'),
			LEAST(b.paused_until, clock_timestamp() + %3$d * INTERVAL '1 second'), clock_timestamp())
			+ ? * INTERVAL '1 microsecond',
			paused_until = CASE WHEN b.paused_until > clock_timestamp() THEN b.paused_until ELSE 'epoch' END
			RETURNING (EXTRACT(EPOCH FROM next_at - clock_timestamp()) * 1000000)::bigint,
			(EXTRACT(EPOCH FROM LEAST(paused_until, clock_timestamp() + %3$d * INTERVAL '1 second')
			- clock_timestamp()) * 1000000)::bigint, paused_by_operator, resumes""", """
			INSERT INTO %1$s AS b (client, next_at, paused_until, paused_by_operator)
			VALUES (?, clock_timestamp(), clock_timestamp() + ? * INTERVAL '1 microsecond', ?)
			ON CONFLICT (client) DO UPDATE SET
			paused_by_operator = CASE WHEN clock_timestamp() + ? * INTERVAL '1 microsecond'
			>= LEAST(b.paused_until, clock_timestamp() + %3$d * INTERVAL '1 second')
			THEN EXCLUDED.paused_by_operator ELSE b.paused_by_operator END,
			paused_until = GREATEST(LEAST(b.paused_until, clock_timestamp() + %3$d * INTERVAL '1 second'),
			clock_timestamp() + ? * INTERVAL '1 microsecond')
			RETURNING (EXTRACT(EPOCH FROM paused_until - clock_timestamp()) * 1000000)::bigint, paused_by_operator,
			resumes""", """
			INSERT INTO %1$s AS b (client, next_at, paused_until, resumes)
			VALUES (?, clock_timestamp(), 'epoch', 1)
			ON CONFLICT (client) DO UPDATE SET next_at = CASE WHEN b.paused_until > clock_timestamp()
			THEN LEAST(b.next_at, clock_timestamp()) ELSE b.next_at END, paused_until = 'epoch', resumes = b.resumes + 1
			RETURNING resumes""", """
			WITH gone AS (DELETE FROM %2$s g USING (SELECT instance FROM %2$s
			WHERE client = ? AND seen_at < clock_timestamp() - INTERVAL '1 minute' FOR UPDATE SKIP LOCKED) o
			WHERE g.client = ? AND g.instance = o.instance AND g.instance <> ?),
			mine AS (INSERT INTO %2$s (client, instance, seen_at, sending) VALUES (?, ?, clock_timestamp(), ?)
			ON CONFLICT (client, instance) DO UPDATE SET seen_at = EXCLUDED.seen_at, sending = EXCLUDED.sending)
			SELECT n.alive, n.sending, (EXTRACT(EPOCH FROM LEAST(COALESCE(b.paused_until, 'epoch'),
			clock_timestamp() + %3$d * INTERVAL '1 second') - clock_timestamp()) * 1000000)::bigint,
			b.paused_by_operator, b.resumes FROM (SELECT COUNT(*) AS alive, COUNT(*) FILTER (WHERE o.sending) AS sending
			FROM %2$s o WHERE o.client = ? AND o.instance <> ?
			AND o.seen_at BETWEEN clock_timestamp() - %4$d * INTERVAL '1 second'
			AND clock_timestamp() + %4$d * INTERVAL '1 second') n LEFT JOIN %1$s b ON b.client = ?""", """
			SELECT client, COUNT(*) FROM %2$s WHERE seen_at BETWEEN clock_timestamp() - %4$d * INTERVAL '1 second'
			AND clock_timestamp() + %4$d * INTERVAL '1 second' GROUP BY client"""),

	/**
	 * H2, to try the library out. Its clock stands still within a statement.
	 */
	H2("H2", """
			SELECT TIMESTAMPDIFF(MICROSECOND, CURRENT_TIMESTAMP(9), next_at),
			TIMESTAMPDIFF(MICROSECOND, CURRENT_TIMESTAMP(9), LEAST(paused_until,
			DATEADD(SECOND, %3$d, CURRENT_TIMESTAMP(9)))), paused_by_operator, resumes
			FROM FINAL TABLE (MERGE INTO %1$s b USING (SELECT CAST(? AS VARCHAR) AS client, CAST(? AS BIGINT) AS mine,
			CAST(? AS BIGINT) AS debt, CAST(? AS BIGINT) AS again) n ON b.client = n.client
			WHEN MATCHED THEN UPDATE SET next_at = DATEADD(MICROSECOND, n.mine, GREATEST(
			LEAST(b.next_at, DATEADD(MICROSECOND, n.debt, CURRENT_TIMESTAMP(9))),
			LEAST(b.paused_until, DATEADD(SECOND, %3$d, CURRENT_TIMESTAMP(9))), CURRENT_TIMESTAMP(9))),
			paused_until = CASE WHEN b.paused_until > CURRENT_TIMESTAMP(9) THEN b.paused_until
			ELSE TIMESTAMP '1970-01-01 00:00:00' END
			WHEN NOT MATCHED THEN INSERT (client, next_at, paused_until)
			VALUES (n.client, DATEADD(MICROSECOND, n.mine, CURRENT_TIMESTAMP(9)),
			TIMESTAMP '1970-01-01 00:00:00'))""", """
			SELECT TIMESTAMPDIFF(MICROSECOND, CURRENT_TIMESTAMP(9), paused_until), paused_by_operator, resumes
			FROM FINAL TABLE (MERGE INTO %1$s b USING (SELECT CAST(? AS VARCHAR) AS client, CAST(? AS BIGINT) AS pause,
			CAST(? AS BOOLEAN) AS by_operator, CAST(? AS BIGINT) AS again, CAST(? AS BIGINT) AS more) n
			ON b.client = n.client
			WHEN MATCHED THEN UPDATE SET
			paused_by_operator = CASE WHEN DATEADD(MICROSECOND, n.pause, CURRENT_TIMESTAMP(9))
			>= LEAST(b.paused_until, DATEADD(SECOND, %3$d, CURRENT_TIMESTAMP(9)))
			THEN n.by_operator ELSE b.paused_by_operator END,
			paused_until = GREATEST(LEAST(b.paused_until, DATEADD(SECOND, %3$d, CURRENT_TIMESTAMP(9))),
			DATEADD(MICROSECOND, n.pause, CURRENT_TIMESTAMP(9)))
			WHEN NOT MATCHED THEN INSERT (client, next_at, paused_until, paused_by_operator) VALUES
			(n.client, CURRENT_TIMESTAMP(9), DATEADD(MICROSECOND, n.pause, CURRENT_TIMESTAMP(9)), n.by_operator))""",
			"""
					SELECT resumes FROM FINAL TABLE (MERGE INTO %1$s b USING (SELECT CAST(? AS VARCHAR) AS client) n
					ON b.client = n.client
					WHEN MATCHED THEN UPDATE SET next_at = CASE WHEN b.paused_until > CURRENT_TIMESTAMP(9)
					THEN LEAST(b.next_at, CURRENT_TIMESTAMP(9)) ELSE b.next_at END,
					paused_until = TIMESTAMP '1970-01-01 00:00:00', resumes = b.resumes + 1
					WHEN NOT MATCHED THEN INSERT (client, next_at, paused_until, resumes)
					VALUES (n.client, CURRENT_TIMESTAMP(9), TIMESTAMP '1970-01-01 00:00:00', 1))""", """
					SELECT n.alive, n.busy, TIMESTAMPDIFF(MICROSECOND, CURRENT_TIMESTAMP(9),
					LEAST(b.paused_until, DATEADD(SECOND, %3$d, CURRENT_TIMESTAMP(9)))), b.paused_by_operator, b.resumes
					FROM (SELECT COUNT(*) AS alive, COUNT(CASE WHEN o.sending THEN 1 END) AS busy
					FROM %2$s o WHERE o.client = ? AND o.instance <> ?
					AND o.seen_at BETWEEN DATEADD(SECOND, -%4$d, CURRENT_TIMESTAMP(9))
					AND DATEADD(SECOND, %4$d, CURRENT_TIMESTAMP(9))) n LEFT JOIN %1$s b ON b.client = ?""", """
					SELECT client, COUNT(*) FROM %2$s WHERE seen_at BETWEEN DATEADD(SECOND, -%4$d, CURRENT_TIMESTAMP(9))
					AND DATEADD(SECOND, %4$d, CURRENT_TIMESTAMP(9)) GROUP BY client""") {

		@Override
		BudgetStore.Others report(Connection connection, Names names, String client, String instance, boolean sending)
				throws SQLException {
			update(connection, "DELETE FROM " + names.instance() + " WHERE client = ? AND instance <> ?"
					+ " AND seen_at < DATEADD(MINUTE, -1, CURRENT_TIMESTAMP(9))", client, instance);
			update(connection,
					"MERGE INTO " + names.instance() + " (client, instance, seen_at, sending)"
							+ " KEY (client, instance) VALUES (?, ?, CURRENT_TIMESTAMP(9), ?)",
					client, instance, sending);
			return others(connection, sql(names, this.report), client, instance, client);
		}

	};

	// An instance counts for this long after its last report.
	private static final long LIVE_SECONDS = 15;

	// The longest time of a statement. No caller waits for longer.
	private static final int TIMEOUT_SECONDS = 1;

	private final String product;

	private final String reserve;

	private final String pause;

	private final String resume;

	final String report;

	private final String instances;

	BudgetStatements(String product, String reserve, String pause, String resume, String report, String instances) {
		this.product = product;
		this.reserve = reserve;
		this.pause = pause;
		this.resume = resume;
		this.report = report;
		this.instances = instances;
	}

	static BudgetStatements of(Connection connection) throws SQLException {
		String product = connection.getMetaData().getDatabaseProductName();
		for (BudgetStatements statements : values()) {
			if (statements.product.equals(product)) {
				return statements;
			}
		}
		throw new SQLFeatureNotSupportedException(
				"the database is " + product + ", and only PostgreSQL and H2 are" + " supported");
	}

	String schema() {
		return "io/operations/resilience/jdbc/schema-" + name().toLowerCase(Locale.ROOT) + ".sql";
	}

	BudgetStore.Reservation reserve(Connection connection, Names names, String client, Duration duration,
			Duration longestDebt) throws SQLException {
		try (PreparedStatement statement = prepare(connection, sql(names, this.reserve), client, micros(duration),
				micros(longestDebt), micros(duration)); ResultSet row = statement.executeQuery()) {
			row.next();
			return new BudgetStore.Reservation(duration(row, 1), pause(row, 2));
		}
	}

	BudgetStore.Others report(Connection connection, Names names, String client, String instance, boolean sending)
			throws SQLException {
		return others(connection, sql(names, this.report), client, client, instance, client, instance, sending, client,
				instance, client);
	}

	BudgetStore.Pause pause(Connection connection, Names names, String client, Duration pause, boolean byOperator)
			throws SQLException {
		try (PreparedStatement statement = prepare(connection, sql(names, this.pause), client, micros(pause),
				byOperator, micros(pause), micros(pause)); ResultSet row = statement.executeQuery()) {
			row.next();
			return pause(row, 1);
		}
	}

	long resume(Connection connection, Names names, String client) throws SQLException {
		try (PreparedStatement statement = prepare(connection, sql(names, this.resume), client);
				ResultSet row = statement.executeQuery()) {
			row.next();
			return row.getLong(1);
		}
	}

	void leave(Connection connection, Names names, String client, String instance) throws SQLException {
		update(connection, "DELETE FROM " + names.instance() + " WHERE client = ? AND instance = ?", client, instance);
	}

	void check(Connection connection, Names names) throws SQLException {
		for (String question : new String[] {
				"client, next_at, paused_until, paused_by_operator, resumes FROM " + names.budget(),
				"client, instance, seen_at, sending FROM " + names.instance() }) {
			try (PreparedStatement statement = connection.prepareStatement("SELECT " + question + " WHERE 1 = 0")) {
				statement.execute();
			}
		}
	}

	Map<String, Integer> instances(Connection connection, Names names) throws SQLException {
		Map<String, Integer> instances = new HashMap<>();
		try (PreparedStatement statement = connection.prepareStatement(sql(names, this.instances));
				ResultSet row = statement.executeQuery()) {
			while (row.next()) {
				instances.put(row.getString(1), row.getInt(2));
			}
		}
		return instances;
	}

	BudgetStore.Others others(Connection connection, String sql, Object... parameters) throws SQLException {
		try (PreparedStatement statement = prepare(connection, sql, parameters);
				ResultSet row = statement.executeQuery()) {
			row.next();
			return new BudgetStore.Others(row.getInt(1), row.getInt(2), pause(row, 3));
		}
	}

	void update(Connection connection, String sql, Object... parameters) throws SQLException {
		try (PreparedStatement statement = prepare(connection, sql, parameters)) {
			statement.executeUpdate();
		}
	}

	private PreparedStatement prepare(Connection connection, String sql, Object... parameters) throws SQLException {
		PreparedStatement statement = connection.prepareStatement(sql);
		if (this == POSTGRESQL) {
			// The driver cancels the statement in the server, which otherwise waits for a
			// lock even if the client closes its connection. H2 would keep the timeout.
			statement.setQueryTimeout(TIMEOUT_SECONDS);
		}
		for (int i = 0; i < parameters.length; i++) {
			statement.setObject(i + 1, parameters[i]);
		}
		return statement;
	}

	static String sql(Names names, String statement) {
		return statement.formatted(names.budget(), names.instance(), RetryAfter.MAXIMUM.toSeconds(), LIVE_SECONDS);
	}

	// Without a row there is no pause, and the client was never resumed.
	private static BudgetStore.Pause pause(ResultSet row, int column) throws SQLException {
		return new BudgetStore.Pause(duration(row, column), row.getBoolean(column + 1), row.getLong(column + 2));
	}

	private static Duration duration(ResultSet row, int column) throws SQLException {
		return Duration.of(Math.max(0, row.getLong(column)), ChronoUnit.MICROS);
	}

	private static long micros(Duration duration) {
		return Math.max(1, duration.toNanos() / 1000);
	}

	/**
	 * Holds the names of the tables.
	 *
	 * @param prefix the prefix of both names
	 */
	record Names(String prefix) {

		String budget() {
			return this.prefix + "budget";
		}

		String instance() {
			return this.prefix + "instance";
		}

	}

}
