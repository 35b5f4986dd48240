package io.operations.docs.tracking;

import java.util.Map;

import io.operations.AcceptedOperation;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationOutcomeHandler;
import io.operations.tracking.OperationTracker;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Creates configurations, and stores how the operation of each one ended.
 */
@Service
class Configurations implements OperationOutcomeHandler {

	private final WebClient api;

	private final JdbcTemplate jdbc;

	private final TransactionTemplate transaction;

	private final OperationTracker tracker;

	Configurations(@Qualifier("operationsWebClient") WebClient api, JdbcTemplate jdbc, TransactionTemplate transaction,
			OperationTracker tracker) {
		this.api = api;
		this.jdbc = jdbc;
		this.transaction = transaction;
		this.tracker = tracker;
	}

	void create(String id, Map<String, ?> configuration) {
		// Before the transaction, which would hold a database connection meanwhile.
		AcceptedOperation accepted = this.api.post()
			.uri("/v2/ControlPlane/Configurations")
			.bodyValue(configuration)
			.exchangeToMono(AcceptedOperation::from)
			.blockOptional()
			.orElseThrow();
		this.transaction.executeWithoutResult((status) -> {
			this.jdbc.update("INSERT INTO configuration (id, state) VALUES (?, 'PENDING')", id);
			// Stored with the row, or not at all.
			this.tracker.track(accepted, Map.of("configuration", id)).block();
		});
	}

	@Override
	public void handle(OperationOutcome outcome) {
		this.jdbc.update("UPDATE configuration SET state = ? WHERE id = ?", outcome.type().name(),
				outcome.attributes().get("configuration"));
	}

}
