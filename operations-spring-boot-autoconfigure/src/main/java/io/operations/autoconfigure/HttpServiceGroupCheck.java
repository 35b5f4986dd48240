package io.operations.autoconfigure;

import java.lang.reflect.Method;
import java.net.URI;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

import io.operations.OperationsErrorResponse;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.core.env.Environment;
import org.springframework.util.ReflectionUtils;
import org.springframework.web.service.annotation.HttpExchange;
import org.springframework.web.service.registry.HttpServiceGroup;
import org.springframework.web.service.registry.HttpServiceGroup.ClientType;
import org.springframework.web.service.registry.HttpServiceGroupConfigurer;
import org.springframework.web.util.UriBuilderFactory;

/**
 * Fails the start if a group of declarative HTTP clients is meant for a template, but
 * Spring builds it without one: its name is misspelled, or its client type is missing.
 * Otherwise the first call would fail, without the reason. A group that may call another
 * server is left alone.
 */
final class HttpServiceGroupCheck {

	private static final int LONG_NAME = 5;

	private final ListableBeanFactory beans;

	private final Environment environment;

	HttpServiceGroupCheck(ListableBeanFactory beans, Environment environment) {
		this.beans = beans;
		this.environment = environment;
	}

	/**
	 * Check a group.
	 * @param group the group
	 * @param clients the names of the templates
	 * @param configurers the type of the configurers of the group
	 * @throws OperationsConfigurationException if the group is meant for a template
	 */
	void check(HttpServiceGroup group, Set<String> clients,
			Class<? extends HttpServiceGroupConfigurer<?>> configurers) {
		boolean isWebClient = group.clientType() == ClientType.WEB_CLIENT;
		String name = group.name();
		if ((isWebClient && clients.contains(name)) || mayHaveBaseUrl(group, configurers)) {
			return;
		}
		String shown = OperationsErrorResponse.printable(name);
		String elsewhere = " If the group calls another server, set spring.http.serviceclient." + shown + ".base-url.";
		if (clients.contains(name)) {
			throw new OperationsConfigurationException(
					"The HTTP service group '" + shown + "' has the name of an operations client, but Spring builds it"
							+ " on a RestClient, which has neither the base URL nor the credentials of the client.",
					"Set clientType = ClientType.WEB_CLIENT in @ImportHttpServices(group = \"" + shown + "\")."
							+ elsewhere,
					null);
		}
		clients.stream().filter((client) -> isNear(name, client)).findFirst().ifPresent((client) -> {
			throw new OperationsConfigurationException(
					"The HTTP service group '" + shown + "' has no base URL, and no operations client has this name."
							+ " The name is similar to that of the client '" + client + "'.",
					"Set group = \"" + client + "\" and clientType = ClientType.WEB_CLIENT in @ImportHttpServices."
							+ elsewhere,
					null);
		});
	}

	private boolean mayHaveBaseUrl(HttpServiceGroup group, Class<? extends HttpServiceGroupConfigurer<?>> configurers) {
		return this.environment.containsProperty("spring.http.serviceclient." + group.name() + ".base-url")
				|| Arrays.stream(this.beans.getBeanNamesForType(configurers)).anyMatch(this::isOfTheApplication)
				|| group.httpServiceTypes().stream().anyMatch(HttpServiceGroupCheck::namesServers);
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

	private static boolean isNear(String name, String client) {
		int most = (client.length() >= LONG_NAME) ? 2 : 0;
		return distance(name.toLowerCase(Locale.ROOT), client.toLowerCase(Locale.ROOT)) <= most;
	}

	// The number of letters to insert, remove or replace.
	private static int distance(String one, String other) {
		int[] row = new int[other.length() + 1];
		Arrays.setAll(row, (position) -> position);
		for (int i = 1; i <= one.length(); i++) {
			int diagonal = row[0];
			row[0] = i;
			for (int j = 1; j <= other.length(); j++) {
				int replaced = diagonal + ((one.charAt(i - 1) == other.charAt(j - 1)) ? 0 : 1);
				diagonal = row[j];
				row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
			}
		}
		return row[other.length()];
	}

}
