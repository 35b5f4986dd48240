package io.operations.autoconfigure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

import io.operations.OperationsErrorResponse;
import io.operations.core.OperationsTemplate;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.InjectionPoint;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.UnsatisfiedDependencyException;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.analyzer.AbstractInjectionFailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Lists the clients that exist, if an injection point names one that does not.
 * <p>
 * It runs before Spring Boot's analyzer for missing beans. That one creates the beans of
 * the type, and their properties cannot be bound any more after a failed start. The
 * operator would see a stack trace only.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class MissingClientFailureAnalyzer extends AbstractInjectionFailureAnalyzer<NoSuchBeanDefinitionException> {

	private static final String WEB_CLIENT = "operationsWebClient";

	private final @Nullable ConfigurableListableBeanFactory beans;

	private final Environment environment;

	MissingClientFailureAnalyzer(BeanFactory beans, Environment environment) {
		this.beans = (beans instanceof ConfigurableListableBeanFactory listable) ? listable : null;
		this.environment = environment;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, NoSuchBeanDefinitionException cause,
			@Nullable String description) {
		Class<?> type = (cause.getResolvableType() != null) ? cause.getResolvableType().resolve() : null;
		boolean isTemplate = OperationsTemplate.class.equals(type);
		String name = qualifier(rootFailure);
		if (this.beans == null || !this.beans.containsBeanDefinition(OperationsClientFactory.BEAN_NAME)
				|| cause instanceof NoUniqueBeanDefinitionException || name == null
				|| !(isTemplate || WebClient.class.equals(type))) {
			return null;
		}
		return new FailureAnalysis(
				((description != null) ? description : "An injection point") + " requires " + type(isTemplate)
						+ " with the qualifier '" + name + "', but there is none. " + reason(this.beans, name),
				action(this.beans, name, isTemplate), cause);
	}

	private static String type(boolean isTemplate) {
		return isTemplate ? "an OperationsTemplate" : "a WebClient";
	}

	private String reason(ConfigurableListableBeanFactory beans, String name) {
		if (name.equals(WEB_CLIENT)) {
			return "This bean exists only if one of the OperationsTemplate beans has precedence over the others.";
		}
		if (ClientNames.isUsable(name) && !ClientNames.isEnabled(name, this.environment)) {
			return "The property 'operations.clients." + name + ".enabled' is 'false'.";
		}
		if (ClientNames.of(this.environment).contains(name)) {
			return "The client 'operations.clients." + name
					+ "' is configured, but the application was processed ahead of time without it.";
		}
		List<String> names = clients(beans);
		return names.isEmpty() ? "No client is configured below 'operations.clients'."
				: "The clients of 'operations.clients' are: " + String.join(", ", names) + ".";
	}

	private static String action(ConfigurableListableBeanFactory beans, String name, boolean isTemplate) {
		List<String> names = clients(beans);
		List<String> templates = Arrays.stream(beans.getBeanNamesForType(OperationsTemplate.class, true, false))
			.filter((bean) -> OperationsClientsRegistrar.client(bean) == null)
			.toList();
		StringBuilder action = new StringBuilder();
		if (!names.isEmpty()) {
			action.append("Set the qualifier to the name of a client: ").append(String.join(", ", names)).append(". ");
		}
		if (ClientNames.isUsable(name) && !name.equals(WEB_CLIENT)) {
			action.append("To add the client, set its properties, for example operations.clients.")
				.append(name)
				.append(".product=messages. ");
		}
		if (isTemplate) {
			action.append("Inject the default client without a qualifier, or another one by the name of its bean: ")
				.append(String.join(", ", templates))
				.append('.');
		}
		else if (templates.size() == 1) {
			action.append("The WebClient of the default client has the qualifier '" + WEB_CLIENT + "'."
					+ " A WebClient of the application's own must be a bean with this name or qualifier.");
		}
		else {
			action.append("The WebClient of an OperationsTemplate bean (")
				.append(String.join(", ", templates))
				.append(") is what its getWebClient() returns. A WebClient of the application's own must be a bean"
						+ " with this name or qualifier.");
		}
		return action.toString();
	}

	private static List<String> clients(ConfigurableListableBeanFactory beans) {
		List<String> names = new ArrayList<>();
		for (String bean : beans.getBeanNamesForType(OperationsTemplate.class, true, false)) {
			String client = OperationsClientsRegistrar.client(bean);
			if (client != null) {
				names.add(client);
			}
		}
		Collections.sort(names);
		return names;
	}

	private static @Nullable String qualifier(Throwable rootFailure) {
		InjectionPoint point = null;
		for (Throwable next = rootFailure; next != null; next = next.getCause()) {
			if (next instanceof UnsatisfiedDependencyException unsatisfied) {
				point = unsatisfied.getInjectionPoint();
			}
		}
		if (point == null) {
			return null;
		}
		MergedAnnotation<Qualifier> qualifier = MergedAnnotations.from(point.getAnnotations()).get(Qualifier.class);
		return qualifier.isPresent() ? OperationsErrorResponse.printable(qualifier.getString(MergedAnnotation.VALUE))
				: null;
	}

}
