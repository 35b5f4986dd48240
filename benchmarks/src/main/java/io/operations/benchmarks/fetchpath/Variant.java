package io.operations.benchmarks.fetchpath;

import java.net.URI;
import java.time.Instant;
import java.util.Map;

import io.operations.core.OperationsTemplate;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.http.ProblemDetail;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * The ways to fetch that are compared.
 */
enum Variant {

	/**
	 * A bare {@code WebClient}, unobserved.
	 */
	BARE("a bare `WebClient`") {

		@Override
		Fetch prepare(BeanFactory beans, String baseUrl) {
			return through(WebClient.builder(), baseUrl);
		}

	},

	/**
	 * What a user would write by hand in a Spring Boot application.
	 */
	BOOT("`WebClient` from Boot's builder, observed: B") {

		@Override
		Fetch prepare(BeanFactory beans, String baseUrl) {
			return through(beans.getBean(WebClient.Builder.class), baseUrl);
		}

	},

	/**
	 * This library with everything on.
	 */
	TEMPLATE("`OperationsTemplate`, everything on") {

		@Override
		Fetch prepare(BeanFactory beans, String baseUrl) {
			return beans.getBean(OperationsTemplate.class)::fetch;
		}

	};

	private final String description;

	Variant(String description) {
		this.description = description;
	}

	String description() {
		return this.description;
	}

	abstract Fetch prepare(BeanFactory beans, String baseUrl);

	private static Fetch through(WebClient.Builder builder, String baseUrl) {
		WebClient client = builder.baseUrl(baseUrl)
			.defaultHeaders((headers) -> headers.setBasicAuth("SK0123", "secret"))
			.build();
		return (id) -> client.get()
			.uri("/v2/ControlPlane/Operations/{id}", id)
			.retrieve()
			.bodyToMono(HandWritten.class);
	}

	/**
	 * One fetch.
	 */
	interface Fetch {

		Mono<?> of(String id);

	}

	/**
	 * An operation as one would declare it by hand.
	 */
	record HandWritten(String operationId, String status, @Nullable Instant createdAt, @Nullable Instant completedAt,
			@Nullable URI statusUrl, Map<String, String> related, @Nullable ProblemDetail error) {

	}

}
