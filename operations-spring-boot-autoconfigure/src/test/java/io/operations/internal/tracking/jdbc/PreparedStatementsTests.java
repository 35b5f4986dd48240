package io.operations.internal.tracking.jdbc;

import java.sql.Statement;
import java.util.concurrent.atomic.AtomicBoolean;

import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A server that does not know the statements that the driver has prepared, as behind
 * PgBouncer in transaction mode.
 */
@ExtendWith(OutputCaptureExtension.class)
class PreparedStatementsTests extends TrackingApplication {

	@Test
	void whenPreparedStatementIsLostWarningIsLoggedOnce(CapturedOutput output) {
		AtomicBoolean another = new AtomicBoolean();
		try (HikariDataSource pool = PostgresDatabase.open()) {
			pool.addDataSourceProperty("prepareThreshold", "1");
			with(new RecordingDataSource(pool, (statement, connection) -> {
				if (another.get()) {
					try (Statement forget = connection.createStatement()) {
						// Hidden from the driver, which would notice.
						forget.execute("DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$");
					}
				}
			})).run((context) -> {
				TransactionTemplate transaction = new TransactionTemplate(
						context.getBean(PlatformTransactionManager.class));
				for (int i = 0; i < 10; i++) {
					String id = "op" + i;
					transaction.executeWithoutResult((status) -> track(context, id));
				}
				another.set(true);
				for (int i = 0; i < 3; i++) {
					String id = "lost" + i;
					try {
						transaction.executeWithoutResult((status) -> track(context, id));
					}
					catch (RuntimeException ex) {
						assertThat(ex).hasStackTraceContaining("prepared statement");
					}
				}
				another.set(false);
			});
		}
		assertThat(output).containsOnlyOnce("prepareThreshold=0").contains("PgBouncer");
	}

}
