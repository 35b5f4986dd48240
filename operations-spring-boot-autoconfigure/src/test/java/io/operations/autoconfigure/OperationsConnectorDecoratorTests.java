package io.operations.autoconfigure;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.operations.OperationsUnavailableException;
import io.operations.core.OperationsClients;
import io.operations.core.OperationsTemplate;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class OperationsConnectorDecoratorTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(ReactiveHttpClientAutoConfiguration.class,
				WebClientAutoConfiguration.class, OperationsAutoConfiguration.class))
		.withUserConfiguration(Decorators.class)
		.withPropertyValues("operations.api-key=SK1", "operations.api-key-secret=s1", "operations.retry.enabled=false",
				"operations.clients.memory.product=memory", "operations.clients.memory.http.read-timeout=3s");

	@Test
	void decoratorsSeeTheRequestsOfEachClientTheFirstNextToTheWire() {
		this.runner.run((context) -> {
			List<String> seen = context.getBean(Decorators.class).seen;
			fetch(context.getBean(OperationsTemplate.class));
			fetch(context.getBean(OperationsClients.class).get("memory"));
			try (OperationsTemplate built = context.getBean(OperationsTemplate.Builder.class)
				.name("built")
				.baseUrl("https://built.example")
				.build();
					OperationsTemplate copy = built.mutate().name("copy").baseUrl("https://copy.example").build()) {
				fetch(built);
				fetch(copy);
			}
			assertThat(seen).containsExactly("outer conversations.twilio.com", "inner conversations.twilio.com",
					"outer memory.twilio.com", "inner memory.twilio.com", "outer built.example", "inner built.example",
					"outer copy.example", "inner copy.example");
		});
	}

	@Test
	void withoutAConnectorBuilderADecoratorStillSeesTheRequests() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(OperationsAutoConfiguration.class))
			.withUserConfiguration(Decorators.class)
			.withPropertyValues("operations.api-key=SK1", "operations.api-key-secret=s1",
					"operations.retry.enabled=false")
			.run((context) -> {
				fetch(context.getBean(OperationsTemplate.class));
				assertThat(context.getBean(Decorators.class).seen).containsExactly("outer conversations.twilio.com",
						"inner conversations.twilio.com");
			});
	}

	private static void fetch(OperationsTemplate template) {
		assertThatExceptionOfType(OperationsUnavailableException.class)
			.isThrownBy(() -> template.fetch("operation-1").block(MAX_WAIT));
	}

	@Configuration(proxyBeanMethods = false)
	static class Decorators {

		private final List<String> seen = new CopyOnWriteArrayList<>();

		@Bean
		@Order(2)
		OperationsConnectorDecorator outer() {
			return (connector) -> (method, uri, callback) -> {
				note("outer", uri);
				return connector.connect(method, uri, callback);
			};
		}

		@Bean
		@Order(1)
		OperationsConnectorDecorator inner() {
			return (connector) -> (method, uri, callback) -> {
				note("inner", uri);
				return Mono.error(new IOException("Not sent"));
			};
		}

		private void note(String decorator, URI uri) {
			this.seen.add(decorator + " " + uri.getHost());
		}

	}

}
