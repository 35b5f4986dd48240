package io.operations.internal.tracking.jdbc;

import io.operations.tracking.TrackingState;
import org.junit.jupiter.api.Test;

import org.springframework.dao.DataAccessException;

import static org.assertj.core.api.Assertions.assertThat;

class DeliveryFaultTests extends TrackingApplication {

	@Test
	void whenHandlerHidesDatabaseErrorFaultBeginsWithIt() {
		this.handler = (outcome) -> {
			try {
				handlersJdbc().sql("INSERT INTO nowhere VALUES (1)").update();
			}
			catch (DataAccessException ex) {
				// As many handlers do. PostgreSQL aborts the transaction nevertheless.
			}
		};
		with(PostgresDatabase.DATA_SOURCE).withPropertyValues("operations.tracking.delivery.max-attempts=1")
			.run((context) -> {
				track(context, "op");
				assertThat(until(context, "op", TrackingState.UNDELIVERED).deliveryFault())
					.startsWith("org.postgresql.util.PSQLException: ERROR: relation \"nowhere\" does not exist");
			});
	}

}
