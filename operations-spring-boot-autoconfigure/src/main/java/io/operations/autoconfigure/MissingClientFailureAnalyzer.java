package io.operations.autoconfigure;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.operations.OperationsErrorResponse;
import io.operations.OperationsProduct;
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
import org.springframework.core.MethodParameter;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Lists the existing clients if an injection point names a client that does not exist.
 * <p>
 * This analyzer runs before Spring Boot's analyzer for missing beans. Spring Boot's
 * analyzer creates the beans of the type, and their properties cannot be bound any more
 * after a failed start. The operator would see a stack trace only.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class MissingClientFailureAnalyzer extends AbstractInjectionFailureAnalyzer<NoSuchBeanDefinitionException> {

	private static final String WEB_CLIENT = "operationsWebClient";

	private static final String TEMPLATE = "operationsTemplate";

	private static final Set<String> OF_DEFAULT = Set.of(ClientNames.OF_DEFAULT, TEMPLATE, WEB_CLIENT);

	private static final String OF_APPLICATION = "Define a WebClient bean with this name or qualifier. If the"
			+ " application defines one, a condition excludes it: start the application with --debug to read the"
			+ " condition evaluation report.";

	// The annotation is given by its name, because many applications do not have it.
	private static final String NAMED = "jakarta.inject.Named";

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
		InjectionPoint point = (type != null) ? injectionPoint(rootFailure, type) : null;
		if (this.beans == null || !this.beans.containsBeanDefinition(OperationsClientFactory.BEAN_NAME)
				|| cause instanceof NoUniqueBeanDefinitionException || point == null
				|| !(isTemplate || WebClient.class.equals(type))) {
			return null;
		}
		String requires = ((description != null) ? description : "An injection point") + " requires "
				+ type(isTemplate);
		String name = qualifier(point);
		if (name == null) {
			return isTemplate ? null : withoutQualifier(requires, this.beans, cause);
		}
		String text = requires + " with the qualifier '" + name + "', but there is none.";
		String nearest = nearest(this.beans, name);
		if (!isTemplate && nearest == null && product(name) == null) {
			return new FailureAnalysis(text, OF_APPLICATION, cause);
		}
		return new FailureAnalysis(text + " " + reason(this.beans, name, isTemplate),
				action(this.beans, name, isTemplate, nearest != null && OF_DEFAULT.contains(nearest)), cause);
	}

	private static FailureAnalysis withoutQualifier(String requires, ConfigurableListableBeanFactory beans,
			NoSuchBeanDefinitionException cause) {
		List<String> names = clients(beans);
		return new FailureAnalysis(
				requires + " without a qualifier, but no WebClient bean can be injected without one.",
				"To send writes with the credentials of the operations client, add @Qualifier(\"" + WEB_CLIENT + "\")."
						+ (names.isEmpty() ? ""
								: " The WebClients of the other clients have the qualifiers: "
										+ String.join(", ", names) + ".")
						+ " For other requests, define a WebClient bean of the application's own.",
				cause);
	}

	// The application may have WebClients of its own, with qualifiers of its own.
	private @Nullable String nearest(ConfigurableListableBeanFactory beans, String name) {
		Set<String> names = new LinkedHashSet<>(clients(beans));
		names.addAll(ClientNames.of(this.environment));
		names.addAll(ClientNames.disabled(this.environment));
		names.addAll(OF_DEFAULT);
		return SimilarNames.nearest(name, names);
	}

	// The client of a product often has its name.
	private static @Nullable OperationsProduct product(String name) {
		return Arrays.stream(OperationsProduct.values())
			.filter((product) -> product.value().equalsIgnoreCase(name))
			.findFirst()
			.orElse(null);
	}

	private static String type(boolean isTemplate) {
		return isTemplate ? "an OperationsTemplate" : "a WebClient";
	}

	private String reason(ConfigurableListableBeanFactory beans, String name, boolean isTemplate) {
		if (!isTemplate && name.equals(WEB_CLIENT)) {
			return "This bean exists only if one of the OperationsTemplate beans has precedence over the others.";
		}
		if (isTemplate && name.equals(TEMPLATE)) {
			return "This bean exists only if the application has no OperationsTemplate bean that takes its place.";
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

	private static String action(ConfigurableListableBeanFactory beans, String name, boolean isTemplate,
			boolean isDefault) {
		List<String> names = clients(beans);
		List<String> templates = Arrays.stream(beans.getBeanNamesForType(OperationsTemplate.class, true, false))
			.filter((bean) -> OperationsClientsRegistrar.client(bean) == null)
			.toList();
		StringBuilder action = new StringBuilder();
		boolean isFound = isDefault && beans.containsBeanDefinition(isTemplate ? TEMPLATE : WEB_CLIENT);
		if (isFound) {
			action.append(isTemplate
					? "The default client needs no qualifier, or @Qualifier(\"" + ClientNames.OF_DEFAULT + "\"). "
					: "Did you mean @Qualifier(\"" + WEB_CLIENT + "\")? It is the WebClient of the default client. ");
		}
		if (!names.isEmpty()) {
			action.append(isFound ? "Otherwise, set" : "Set")
				.append(" the qualifier to the name of a client: ")
				.append(String.join(", ", names))
				.append(". ");
		}
		// A client with a misspelled name would hide the error.
		if (!isDefault && ClientNames.isUsable(name)) {
			OperationsProduct product = product(name);
			action.append("To add the client, set its properties, for example operations.clients.")
				.append(name)
				.append(".product=")
				.append((product != null) ? product.value() : OperationsProduct.MESSAGES.value())
				.append(". ");
		}
		if (isTemplate) {
			List<String> others = templates.stream().filter((bean) -> !bean.equals(TEMPLATE)).toList();
			if (!isFound) {
				action.append("The default client needs no qualifier. ");
			}
			if (!others.isEmpty()) {
				action.append("Other OperationsTemplate beans are injected by their names: ")
					.append(String.join(", ", others))
					.append('.');
			}
		}
		else if (templates.size() == 1) {
			if (!isFound) {
				action.append("The WebClient of the default client has the qualifier '" + WEB_CLIENT + "'. ");
			}
			action.append("A WebClient of the application's own must be a bean with this name or qualifier.");
		}
		else {
			action.append("The WebClient of an OperationsTemplate bean (")
				.append(String.join(", ", templates))
				.append(") is what its getWebClient() returns. A WebClient of the application's own must be a bean"
						+ " with this name or qualifier.");
		}
		return action.toString().stripTrailing();
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

	// The failure may stem from a look-up in code, below an injection point of another
	// type.
	private static @Nullable InjectionPoint injectionPoint(Throwable rootFailure, Class<?> missing) {
		InjectionPoint point = null;
		for (Throwable next = rootFailure; next != null; next = next.getCause()) {
			if (next instanceof UnsatisfiedDependencyException unsatisfied) {
				point = unsatisfied.getInjectionPoint();
			}
		}
		return (point != null && missing.equals(declaredType(point))) ? point : null;
	}

	private static @Nullable String qualifier(InjectionPoint point) {
		MergedAnnotations annotations = MergedAnnotations.from(point.getAnnotations());
		MergedAnnotation<?> qualifier = annotations.get(Qualifier.class);
		if (!qualifier.isPresent()) {
			qualifier = annotations.get(NAMED);
		}
		return qualifier.isPresent() ? OperationsErrorResponse.printable(qualifier.getString(MergedAnnotation.VALUE))
				: null;
	}

	private static @Nullable Class<?> declaredType(InjectionPoint point) {
		Field field = point.getField();
		if (field != null) {
			return field.getType();
		}
		MethodParameter parameter = point.getMethodParameter();
		return (parameter != null) ? parameter.getParameterType() : null;
	}

}
