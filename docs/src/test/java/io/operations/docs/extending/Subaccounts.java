package io.operations.docs.extending;

import io.operations.AcceptedOperation;
import io.operations.Operation;
import io.operations.OperationsCredentials;
import io.operations.core.OperationsClients;
import io.operations.core.OperationsTemplate;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

@Component
class Subaccounts {

	private final OperationsClients clients;

	private final ObjectProvider<OperationsTemplate.Builder> builders;

	Subaccounts(OperationsClients clients, ObjectProvider<OperationsTemplate.Builder> builders) {
		this.clients = clients;
		this.builders = builders;
	}

	void open(String subaccount, OperationsCredentials credentials) {
		OperationsTemplate template = this.builders.getObject().name(subaccount).credentials(credentials).build();
		this.clients.register(subaccount, template);
	}

	void close(String subaccount) {
		this.clients.get(subaccount).close();
	}

	Mono<Operation> await(String subaccount, AcceptedOperation accepted) {
		return this.clients.get(subaccount).await(accepted);
	}

}
