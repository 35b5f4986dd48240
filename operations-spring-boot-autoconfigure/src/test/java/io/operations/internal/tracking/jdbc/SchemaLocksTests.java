package io.operations.internal.tracking.jdbc;

import java.sql.Connection;

import io.operations.tracking.TrackingState;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SchemaLocksTests extends TrackingApplication {

	@Test
	void whileTrackingTransactionIsOpenInstanceStarts() throws Exception {
		with(PostgresDatabase.DATA_SOURCE).run((context) -> track(context, "first"));
		try (Connection open = begin(
				"INSERT INTO " + this.prefix + "tracked SELECT * FROM " + this.prefix + "tracked WHERE FALSE")) {
			within(with(PostgresDatabase.DATA_SOURCE), (context) -> {
				track(context, "op");
				until(context, "op", TrackingState.DELIVERED);
			});
			open.rollback();
		}
	}

	@Test
	void whenIndexWouldBlockOthersStartFailsWithAdvice() throws Exception {
		with(PostgresDatabase.DATA_SOURCE).run((context) -> track(context, "first"));
		this.jdbc.sql("DROP INDEX " + this.prefix + "tracked_ended").update();
		try (Connection open = begin(
				"INSERT INTO " + this.prefix + "tracked SELECT * FROM " + this.prefix + "tracked WHERE FALSE")) {
			within(with(PostgresDatabase.DATA_SOURCE),
					(context) -> assertThat(context).getFailure().rootCause().hasMessageContaining("lock timeout"));
			within(with(PostgresDatabase.DATA_SOURCE),
					(context) -> assertThat(context).getFailure()
						.hasStackTraceContaining(this.prefix + "tracked_ended")
						.hasStackTraceContaining("transaction that is open"));
			open.rollback();
		}
		with(PostgresDatabase.DATA_SOURCE).run((context) -> assertThat(context).hasNotFailed());
		assertThat(this.jdbc.sql("SELECT to_regclass(:index) IS NOT NULL")
			.param("index", this.prefix + "tracked_ended")
			.query(Boolean.class)
			.single()).isTrue();
	}

}
