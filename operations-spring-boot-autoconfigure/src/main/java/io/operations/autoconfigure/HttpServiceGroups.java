package io.operations.autoconfigure;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

import io.operations.AcceptedOperation;
import io.operations.core.OperationsTemplate;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.core.Ordered;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.support.RestClientHttpServiceGroupConfigurer;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.support.WebClientHttpServiceGroupConfigurer;
import org.springframework.web.service.registry.HttpServiceGroup.ClientType;

/**
 * Gives a group of declarative HTTP clients the {@code WebClient} of the template with
 * the same name.
 * <p>
 * The connector of this client follows no redirect. Spring Boot would replace the
 * connector, and apply the application's customizers to the client again. So the builder
 * ignores all changes until {@link Opening} runs, which is after Spring Boot.
 */
final class HttpServiceGroups implements WebClientHttpServiceGroupConfigurer {

	private final GroupTemplates templates;

	private final HttpServiceGroupCheck check;

	private volatile boolean open;

	HttpServiceGroups(GroupTemplates templates, HttpServiceGroupCheck check) {
		this.templates = templates;
		this.check = check;
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public void configureGroups(Groups<WebClient.Builder> groups) {
		Map<String, OperationsTemplate> found = new HashMap<>();
		// The client of the group must not be created yet.
		groups.forEachProxyFactory((group, factory) -> {
			OperationsTemplate template = (group.clientType() == ClientType.WEB_CLIENT)
					? this.templates.find(group.name(), this.check.hasBaseUrl(group)) : null;
			if (template != null) {
				found.put(group.name(), template);
			}
			else {
				this.check.check(group, WebClientHttpServiceGroupConfigurer.class);
			}
		});
		groups.filter((group) -> found.containsKey(group.name()))
			.forEachClient((group) -> builder(Objects.requireNonNull(found.get(group.name()))));
	}

	private WebClient.Builder builder(OperationsTemplate template) {
		WebClient.Builder own = TemplateParts.webClient(template).mutate();
		// A declarative client can get the reason of an error only in this way. For an
		// error status, this Mono always fails.
		own.defaultStatusHandler(HttpStatusCode::isError,
				(response) -> AcceptedOperation.from(response).then(Mono.empty()));
		return (WebClient.Builder) Proxy.newProxyInstance(WebClient.Builder.class.getClassLoader(),
				new Class<?>[] { WebClient.Builder.class },
				(proxy, method, arguments) -> isIgnored(method) ? proxy : invoke(own, method, arguments));
	}

	private boolean isIgnored(Method method) {
		return !this.open && method.getReturnType() == WebClient.Builder.class && !method.getName().equals("clone");
	}

	private static Object invoke(WebClient.Builder own, Method method, Object @Nullable [] arguments) throws Throwable {
		try {
			return method.invoke(own, arguments);
		}
		catch (InvocationTargetException ex) {
			throw ex.getTargetException();
		}
	}

	/**
	 * Checks the groups whose client is a {@code RestClient}.
	 */
	static final class OfRestClients implements RestClientHttpServiceGroupConfigurer {

		private final HttpServiceGroups groups;

		OfRestClients(HttpServiceGroups groups) {
			this.groups = groups;
		}

		@Override
		public void configureGroups(Groups<RestClient.Builder> groups) {
			groups.forEachProxyFactory(
					(group, factory) -> this.groups.check.check(group, RestClientHttpServiceGroupConfigurer.class));
		}

	}

	/**
	 * Lets later configurers of the application change the client.
	 */
	static final class Opening implements WebClientHttpServiceGroupConfigurer {

		// Spring Boot's last configurer has the order 0.
		private static final int ORDER = 1;

		private final HttpServiceGroups groups;

		Opening(HttpServiceGroups groups) {
			this.groups = groups;
		}

		@Override
		public int getOrder() {
			return ORDER;
		}

		@Override
		public void configureGroups(Groups<WebClient.Builder> groups) {
			this.groups.open = true;
		}

	}

}
