package io.operations.starter;

import java.time.Duration;
import java.util.List;

import io.operations.core.OperationsTemplate;
import org.junit.jupiter.api.Test;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * In an application without WebFlux no bean closes what the clients of Reactor Netty
 * share.
 */
class ClosedContextTests {

	@Test
	void closedContextLeavesNeitherThreadNorConnection() throws Exception {
		try (HttpsEndpoint endpoint = HttpsEndpoint.presenting("server")) {
			for (Thread thread : threadsOfAFetch(endpoint)) {
				thread.join(5000);
				assertThat(thread.isAlive()).as(thread.getName()).isFalse();
			}
			threadsOfAFetch(endpoint);
			assertThat(endpoint.clientPorts()).hasSize(2);
		}
	}

	private static List<Thread> threadsOfAFetch(HttpsEndpoint endpoint) {
		try (ConfigurableApplicationContext context = StarterApplication.run("operations.base-url=" + endpoint.url())) {
			context.getBean(OperationsTemplate.class).fetch(HttpsEndpoint.ID).block(Duration.ofSeconds(20));
			List<Thread> threads = Thread.getAllStackTraces()
				.keySet()
				.stream()
				.filter((thread) -> thread.getName().startsWith("operations-http"))
				.toList();
			assertThat(threads).isNotEmpty();
			return threads;
		}
	}

}
