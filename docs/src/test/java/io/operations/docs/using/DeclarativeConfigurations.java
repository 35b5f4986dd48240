package io.operations.docs.using;

import java.util.Map;

import io.operations.AcceptedOperation;
import io.operations.Operation;
import io.operations.core.OperationsTemplate;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Service;

@Service
class DeclarativeConfigurations {

	private final ConfigurationsApi api;

	private final OperationsTemplate operations;

	DeclarativeConfigurations(ConfigurationsApi api, OperationsTemplate operations) {
		this.api = api;
		this.operations = operations;
	}

	Mono<Operation> create(Map<String, ?> configuration) {
		return this.api.create(configuration).map(AcceptedOperation::from).flatMap(this.operations::await);
	}

}
