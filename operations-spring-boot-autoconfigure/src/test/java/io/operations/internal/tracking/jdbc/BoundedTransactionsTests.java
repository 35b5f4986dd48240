package io.operations.internal.tracking.jdbc;

import java.util.List;

import io.operations.tracking.TrackingState;
import org.junit.jupiter.api.Test;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * For how long PostgreSQL waits for the commit of a transaction whose process is
 * suspended. A trigger writes the setting down for each changed row.
 */
class BoundedTransactionsTests extends TrackingApplication {

	@Test
	void whenRowsAreInsertedAndRemovedTransactionsAreBounded() {
		with(PostgresDatabase.DATA_SOURCE).run((context) -> {
			track(context, "old");
			until(context, "old", TrackingState.DELIVERED);
		});
		this.jdbc.sql("UPDATE " + this.prefix + "tracked SET ended_at = now() - INTERVAL '8 days'").update();
		this.jdbc.sql("DELETE FROM " + this.prefix + "lease").update();
		writeDown("INSERT", "lease");
		writeDown("INSERT OR DELETE", "tracked");
		with(PostgresDatabase.DATA_SOURCE).run((context) -> {
			track(context, "op");
			until(context, "op", TrackingState.DELIVERED);
			await().atMost(MAX_WAIT).until(() -> bounds("DELETE tracked").size() == 1);
			new TransactionTemplate(context.getBean(PlatformTransactionManager.class))
				.executeWithoutResult((status) -> track(context, "within"));
			until(context, "within", TrackingState.DELIVERED);
		});
		assertThat(bounds("INSERT lease")).containsExactly("2s");
		assertThat(bounds("DELETE tracked")).containsExactly("2s");
		assertThat(bounds("INSERT tracked")).as("the last one in a transaction of the application")
			.containsExactly("2s", "0");
	}

	private void writeDown(String changes, String table) {
		String function = this.prefix + "write_down()";
		JdbcTemplate template = new JdbcTemplate(PostgresDatabase.DATA_SOURCE);
		template
			.execute("CREATE TABLE IF NOT EXISTS " + this.prefix + "bounds (number SERIAL, change TEXT, bound TEXT)");
		template.execute("CREATE OR REPLACE FUNCTION " + function + " RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN"
				+ " INSERT INTO " + this.prefix + "bounds (change, bound) VALUES (TG_OP || ' ' || TG_ARGV[0],"
				+ " current_setting('idle_in_transaction_session_timeout')); RETURN NULL; END $$");
		template.execute("CREATE TRIGGER write_down AFTER " + changes + " ON " + this.prefix + table
				+ " FOR EACH ROW EXECUTE FUNCTION " + this.prefix + "write_down('" + table + "')");
	}

	private List<String> bounds(String change) {
		return this.jdbc.sql("SELECT bound FROM " + this.prefix + "bounds WHERE change = :change ORDER BY number")
			.param("change", change)
			.query((result, number) -> result.getString(1))
			.list();
	}

}
