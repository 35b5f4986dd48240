package io.operations.benchmarks.load;

import io.operations.OperationsCredentials;
import io.operations.core.OperationsTemplate;
import reactor.core.publisher.Mono;

import org.springframework.web.reactive.function.client.WebClient;

/**
 * This library with its default settings but for what the account is allowed.
 */
final class LibraryClient implements PollingClient {

	private final OperationsTemplate operations;

	LibraryClient(Target target) {
		this.operations = OperationsTemplate.builder(WebClient.builder())
			.baseUrl(target.baseUrl())
			.credentials(OperationsCredentials.of(target.account(), "secret"))
			.rateLimit(target.limit().settings())
			.build();
	}

	@Override
	public Mono<Void> await(String id) {
		return this.operations.await(id).then();
	}

}
