package io.operations.benchmarks.load;

import io.operations.AcceptedOperation;
import io.operations.OperationsCredentials;
import io.operations.core.OperationsTemplate;
import reactor.core.publisher.Mono;

import org.springframework.web.reactive.function.client.WebClient;

/**
 * This library with its default settings but for what the account is allowed.
 */
final class LibraryClient implements PollingClient {

	private final OperationsTemplate operations;

	private final boolean byId;

	/**
	 * Create the client.
	 * @param target what to poll
	 * @param byId whether to tell the library nothing but the id: it then knows the kind
	 * of an operation only when it has asked for it once
	 */
	LibraryClient(Target target, boolean byId) {
		this.byId = byId;
		this.operations = OperationsTemplate.builder(WebClient.builder())
			.baseUrl(target.baseUrl())
			.credentials(OperationsCredentials.of(target.account(), "secret"))
			.rateLimit(target.limit().settings())
			.build();
	}

	@Override
	public Mono<Void> await(AcceptedOperation accepted) {
		return (this.byId ? this.operations.await(accepted.id()) : this.operations.await(accepted)).then();
	}

}
