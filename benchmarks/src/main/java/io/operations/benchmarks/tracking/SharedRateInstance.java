package io.operations.benchmarks.tracking;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;

import io.operations.core.OperationsTemplate;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;

/**
 * An instance of an application that always has fetches, as a process that is asked how
 * many requests it has sent.
 */
public final class SharedRateInstance {

	private SharedRateInstance() {
	}

	/**
	 * Fetch until the standard input ends.
	 * @param args properties of the application; {@code benchmark.fetches} is how many
	 * fetches there are at a time
	 * @throws IOException if the standard input cannot be read
	 */
	public static void main(String[] args) throws IOException {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.web(WebApplicationType.NONE)
			.logStartupInfo(false)
			.properties("spring.main.banner-mode=off", "logging.level.root=ERROR", "operations.api-key=SK0123",
					"operations.api-key-secret=secret", "operations.rate-limit.across-instances=jdbc",
					"operations.tracking.jdbc.initialize-schema=always", "operations.polling.schedule=fixed",
					"operations.polling.min-interval=1ms")
			.run(args)) {
			OperationsTemplate template = context.getBean(OperationsTemplate.class);
			String id = TimedEndpoint.operation(1, Instant.now(), Duration.ofHours(1)).id();
			int fetches = context.getEnvironment().getProperty("benchmark.fetches", Integer.class, 50);
			// A closed template fails at once, so the loop must end before it is closed.
			AtomicBoolean open = new AtomicBoolean(true);
			context.addApplicationListener((ContextClosedEvent closed) -> open.set(false));
			Flux.range(0, fetches)
				.flatMap((number) -> template.fetch(id).onErrorResume((fault) -> Mono.empty()).repeat(open::get),
						Math.max(1, fetches))
				.subscribe();
			BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
			System.out.println("ready");
			TimedEndpoint endpoint = context.getBean(TimedEndpoint.class);
			for (String command = commands.readLine(); command != null; command = commands.readLine()) {
				System.out.println(command.equals("seconds") ? endpoint.seconds() : endpoint.polls());
			}
		}
		// The parent has ended, or wants this process to end.
		System.exit(0);
	}

	/**
	 * Auto-configured, but for the socket.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		TimedEndpoint endpoint() {
			return new TimedEndpoint(Duration.ofMillis(5));
		}

		@Bean
		WebClientCustomizer withoutSocket(TimedEndpoint endpoint) {
			return (builder) -> builder.exchangeFunction(endpoint);
		}

	}

}
