package io.operations.autoconfigure;

import java.lang.reflect.Method;
import java.net.URI;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Stream;

import io.operations.OperationsErrorResponse;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.http.client.autoconfigure.HttpClientProperties;
import org.springframework.boot.http.client.autoconfigure.service.HttpServiceClientProperties;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;
import org.springframework.web.reactive.function.client.support.WebClientHttpServiceGroupConfigurer;
import org.springframework.web.service.annotation.HttpExchange;
import org.springframework.web.service.registry.HttpServiceGroup;
import org.springframework.web.service.registry.HttpServiceGroup.ClientType;
import org.springframework.web.service.registry.HttpServiceGroupConfigurer;
import org.springframework.web.util.UriBuilderFactory;

/**
 * Fails the start if a group of declarative HTTP clients has the name of a template, but
 * Spring builds it on a {@code RestClient}. If a group has only a similar name, or that
 * of a disabled client, the check logs a warning. Without this check, the first call of
 * such a group would fail with an error that does not name the cause. A group that may
 * call another server is left alone.
 */
final class HttpServiceGroupCheck {

	private static final Log logger = LogFactory.getLog("io.operations");

	private static final String REST_CLIENT_CUSTOMIZER = "org.springframework.boot.restclient.RestClientCustomizer";

	private final ListableBeanFactory beans;

	private final Environment environment;

	private final GroupTemplates templates;

	HttpServiceGroupCheck(ListableBeanFactory beans, Environment environment, GroupTemplates templates) {
		this.beans = beans;
		this.environment = environment;
		this.templates = templates;
	}

	/**
	 * Check a group whose HTTP client the library does not supply.
	 * @param group the group
	 * @param configurers the type of the configurers of the group
	 * @throws OperationsConfigurationException if the group has the name of a template
	 */
	void check(HttpServiceGroup group, Class<? extends HttpServiceGroupConfigurer<?>> configurers) {
		if (hasBaseUrl(group) || mayBeGivenBaseUrl(configurers)) {
			return;
		}
		String name = group.name();
		String shown = OperationsErrorResponse.printable(name);
		String elsewhere = " If the group calls another server, set spring.http.serviceclient." + shown + ".base-url.";
		Set<String> clients = this.templates.names();
		if (group.clientType() != ClientType.WEB_CLIENT && clients.contains(name)) {
			throw new OperationsConfigurationException(
					"The HTTP service group '" + shown + "' has the name of an operations client, but Spring builds it"
							+ " on a RestClient, which has neither the base URL nor the credentials of the client.",
					"Set clientType = ClientType.WEB_CLIENT in @ImportHttpServices(group = \"" + shown + "\")."
							+ elsewhere,
					null);
		}
		Set<String> disabled = ClientNames.disabled(this.environment);
		Set<String> known = new LinkedHashSet<>(clients);
		known.addAll(disabled);
		String nearest = SimilarNames.nearest(name, known);
		if (disabled.contains(name)) {
			logger.warn("The HTTP service group '" + shown + "' has the name of a disabled operations client."
					+ " The group is built without a base URL and without credentials. To use the client, remove"
					+ " the property operations.clients." + shown + ".enabled." + elsewhere);
		}
		else if (nearest != null && !nearest.equals(name)) {
			boolean isDisabled = disabled.contains(nearest);
			logger.warn("The HTTP service group '" + shown
					+ "' has no base URL, and no operations client has this name."
					+ " The name is similar to that of the client '" + nearest + "'"
					+ (isDisabled ? ", which is disabled" : "")
					+ ". The group is built without a base URL and without credentials. If it is meant for this client,"
					+ (isDisabled ? " remove the property operations.clients." + nearest + ".enabled, and" : "")
					+ " set group = \"" + nearest + "\" and clientType = ClientType.WEB_CLIENT in @ImportHttpServices."
					+ elsewhere);
		}
	}

	/**
	 * Return whether a group has a base URL, as Spring Boot reads it, or whether its
	 * methods name their servers.
	 * @param group the group
	 * @return {@code true} if the group has a base URL or its methods name their servers
	 */
	boolean hasBaseUrl(HttpServiceGroup group) {
		HttpServiceClientProperties services = this.beans.getBeanProvider(HttpServiceClientProperties.class)
			.getIfAvailable();
		HttpClientProperties service = (services != null) ? services.get(group.name()) : null;
		return (service != null && service.getBaseUrl() != null)
				|| group.httpServiceTypes().stream().anyMatch(HttpServiceGroupCheck::namesServers);
	}

	private boolean mayBeGivenBaseUrl(Class<? extends HttpServiceGroupConfigurer<?>> configurers) {
		return hasOwn(configurers) || hasOwn(customizers(configurers));
	}

	private static @Nullable Class<?> customizers(Class<?> configurers) {
		if (WebClientHttpServiceGroupConfigurer.class.equals(configurers)) {
			return WebClientCustomizer.class;
		}
		ClassLoader classLoader = HttpServiceGroupCheck.class.getClassLoader();
		return ClassUtils.isPresent(REST_CLIENT_CUSTOMIZER, classLoader)
				? ClassUtils.resolveClassName(REST_CLIENT_CUSTOMIZER, classLoader) : null;
	}

	private boolean hasOwn(@Nullable Class<?> type) {
		return type != null
				&& Arrays.stream(BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.beans, type, true, false))
					.anyMatch(this::isOfTheApplication);
	}

	private boolean isOfTheApplication(String bean) {
		Class<?> type = this.beans.getType(bean);
		return !bean.startsWith("io.operations.")
				&& (type == null || !type.getName().startsWith("org.springframework.boot."));
	}

	private static boolean namesServers(Class<?> type) {
		Method[] methods = ReflectionUtils.getAllDeclaredMethods(type);
		return Stream.concat(Stream.of(type), Arrays.stream(methods))
			.flatMap((element) -> MergedAnnotations.from(element, SearchStrategy.TYPE_HIERARCHY)
				.stream(HttpExchange.class))
			.map((annotation) -> annotation.getString("url"))
			.anyMatch((url) -> url.contains("://") || url.contains("${"))
				|| Arrays.stream(methods)
					.flatMap((method) -> Arrays.stream(method.getParameterTypes()))
					.anyMatch((parameter) -> URI.class.equals(parameter) || UriBuilderFactory.class.equals(parameter));
	}

}
