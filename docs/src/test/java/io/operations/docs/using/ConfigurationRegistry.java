package io.operations.docs.using;

import java.util.Map;

import io.operations.Operation;
import io.operations.core.OperationsTemplate;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

@Service
class ConfigurationRegistry {

	private final OperationsTemplate operations;

	private final TransactionTemplate transaction;

	private final JdbcTemplate jdbc;

	ConfigurationRegistry(OperationsTemplate operations, TransactionTemplate transaction, JdbcTemplate jdbc) {
		this.operations = operations;
		this.transaction = transaction;
		this.jdbc = jdbc;
	}

	void store(String operationId) {
		Operation done = this.operations.await(operationId).block();
		this.transaction.executeWithoutResult((status) -> this.jdbc.update("INSERT INTO configuration (id) VALUES (?)",
				done.configurationId().orElseThrow()));
	}

	Map<String, Object> find(String id) {
		return this.jdbc.queryForMap("SELECT * FROM configuration WHERE id = ?", id);
	}

}
