package io.operations.autoconfigure;

import io.micrometer.observation.ObservationRegistry;
import io.operations.core.OperationsClients;
import io.operations.core.OperationsTemplate;
import io.operations.internal.core.TemplateInternals;
import io.operations.internal.polling.OperationPolls;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Returns the parts of a template that other beans need. If a test replaces the template
 * with a mock, the parts are missing. This class then returns stand-ins that send no
 * requests, so that the application still starts.
 *
 * @since 0.1.0
 */
public final class TemplateParts {

	private static final String NAME = "operations";

	private TemplateParts() {
	}

	/**
	 * Return the name of a template.
	 * @param template the template
	 * @return its name, {@code operations} for a mock
	 */
	public static String name(OperationsTemplate template) {
		String name = given(template.getName());
		return (name != null) ? name : NAME;
	}

	/**
	 * Return the polls of a template.
	 * @param template the template
	 * @return its polls, for a mock a stand-in that sends no requests
	 */
	public static OperationPolls polls(OperationsTemplate template) {
		OperationPolls polls = pollsUnlessMocked(template);
		return (polls != null) ? polls
				: TemplateInternals
					.of(OperationsTemplate.builder(WebClient.builder().exchangeFunction((request) -> nobody()))
						.name(NAME)
						.credentials(() -> {
							throw mocked();
						})
						.build())
					.polls();
	}

	/**
	 * Return the polls of a template.
	 * @param template the template
	 * @return its polls, {@code null} for a mock
	 */
	public static @Nullable OperationPolls pollsUnlessMocked(OperationsTemplate template) {
		TemplateInternals internals = TemplateInternals.ofUnlessMocked(template);
		return (internals != null) ? internals.polls() : null;
	}

	/**
	 * Return the clients of an application context that has no bean of type
	 * {@link OperationsClients}.
	 * @param beans the bean factory of the context
	 * @return the clients
	 */
	public static OperationsClients clients(ConfigurableListableBeanFactory beans) {
		return new OperationsClients(() -> ClientBeans.find(beans));
	}

	/**
	 * Return the observation registry of the application.
	 * @param beans the bean factory of the context
	 * @return the registry, one without effect if the application has none
	 */
	public static ObservationRegistry observationRegistry(ConfigurableListableBeanFactory beans) {
		return ObservationChoice.find(beans);
	}

	static WebClient webClient(OperationsTemplate template) {
		WebClient webClient = given(template.getWebClient());
		return (webClient != null) ? webClient : WebClient.builder().exchangeFunction((request) -> nobody()).build();
	}

	// A mock returns null even if the type does not allow it.
	private static <T> @Nullable T given(@Nullable T part) {
		return part;
	}

	private static <T> Mono<T> nobody() {
		return Mono.error(TemplateParts::mocked);
	}

	private static IllegalStateException mocked() {
		return new IllegalStateException("The OperationsTemplate is a mock, so the client sends no request. Define"
				+ " what its methods return, for example getWebClient(), or replace the mock with"
				+ " @AutoConfigureOperationsSimulator (operations-spring-boot-test).");
	}

}
