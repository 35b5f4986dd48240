package io.operations.autoconfigure;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.micrometer.observation.ObservationRegistry;
import io.operations.OperationFetcherDecorator;
import io.operations.OperationsListener;
import io.operations.core.OperationsTemplate;
import io.operations.observation.OperationAwaitObservationConvention;
import io.operations.observation.OperationFetchObservationConvention;
import io.operations.polling.PollingSchedule;
import io.operations.resilience.BudgetStore;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.BeanFactoryAnnotationUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.PropertyMapper;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.core.annotation.AnnotationAwareOrderComparator;
import org.springframework.core.env.Environment;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Builds the auto-configured template, the clients of {@code operations.clients.*}, and
 * the builders that the application injects.
 */
final class OperationsClientFactory {

	static final String BEAN_NAME = "io.operations.operationsClientFactory";

	private static final List<String> LIMITS = List.of("requests-per-second", "max-in-flight", "max-queued",
			"across-instances");

	private final ConfigurableListableBeanFactory beans;

	private final OperationsProperties properties;

	private final OperationsConnectionDetails details;

	private final OperationsHttpClient httpClient;

	private final DeferredBudgetStore budgets;

	// A provider of an injection point leaves out the beans for single clients.
	private final ObjectProvider<OperationsTemplateBuilderCustomizer> customizers;

	private final Environment environment;

	OperationsClientFactory(ConfigurableListableBeanFactory beans, OperationsProperties properties,
			OperationsConnectionDetails details, OperationsHttpClient httpClient, DeferredBudgetStore budgets,
			ObjectProvider<OperationsTemplateBuilderCustomizer> customizers, Environment environment) {
		this.beans = beans;
		this.properties = properties;
		this.details = details;
		this.httpClient = httpClient;
		this.budgets = budgets;
		this.customizers = customizers;
		this.environment = environment;
	}

	/**
	 * Create a builder with the properties of the top level. It has no name yet.
	 * @return the builder
	 */
	OperationsTemplate.Builder builder() {
		if (this.properties.getRateLimit().getSharedWith() != null) {
			throw new OperationsConfigurationException(
					"Property 'operations.rate-limit.shared-with' is set, but only a client can share the rate of"
							+ " another one.",
					"Set it on the client: operations.clients.<name>.rate-limit.shared-with=operations shares the rate of"
							+ " the top level.",
					null);
		}
		return builder(this.properties, this.details);
	}

	/**
	 * Create the template of a client.
	 * @param client the name of the client
	 * @return the template
	 */
	OperationsTemplate template(String client) {
		ClientKeys keys = new ClientKeys(client, this.environment);
		ClientKeyCheck.check(keys);
		OperationsProperties own = properties(client);
		checkSharedRate(keys, own);
		try {
			OperationsConnectionDetails connection = details(keys, own);
			OperationsTemplate.Builder builder = builder(own, connection);
			applyOwn(builder, keys, own, connection);
			OperationsTemplate other = sharedWith(keys, own);
			if (other != null) {
				builder.sharedRateLimit(other);
			}
			applyOwnBeans(builder, client);
			return builder.name(client).keyPrefix(keys.prefix()).build();
		}
		catch (OperationsConfigurationException ex) {
			throw keys.rename(ex);
		}
	}

	/**
	 * Return the HTTP client for the writes of a client.
	 * @param template the template of the client
	 * @return the HTTP client
	 */
	WebClient webClient(OperationsTemplate template) {
		return TemplateParts.webClient(template);
	}

	private OperationsTemplate.Builder builder(OperationsProperties settings, OperationsConnectionDetails connection) {
		WebClient.Builder own = PlainWebClientBuilder.find(this.beans,
				this.beans.getBeanProvider(WebClientCustomizer.class));
		ClientHttpConnector connector = this.httpClient.getConnector(settings.getHttp());
		if (connector != null) {
			own.clientConnector(connector);
		}
		OperationsTemplate.Builder builder = OperationsTemplate.builder(own).name("");
		builder.observationRegistry(
				this.beans.getBeanProvider(ObservationRegistry.class).getIfUnique(() -> ObservationRegistry.NOOP));
		PropertyMapper map = PropertyMapper.get();
		map.from(this.beans.getBeanProvider(OperationFetchObservationConvention.class)::getIfUnique)
			.to(builder::fetchObservationConvention);
		map.from(this.beans.getBeanProvider(OperationAwaitObservationConvention.class)::getIfUnique)
			.to(builder::awaitObservationConvention);
		this.beans.getBeanProvider(OperationFetcherDecorator.class).orderedStream().forEach(builder::decorator);
		this.beans.getBeanProvider(OperationsListener.class).orderedStream().forEach(builder::listener);
		boolean shared = settings.getRateLimit().getAcrossInstances() != OperationsProperties.AcrossInstances.NONE;
		BudgetStore budget = shared ? this.budgets.get() : null;
		OperationsSettings.checkBudget(settings.getRateLimit(), budget);
		builder.budget(budget);
		this.customizers.orderedStream().forEach((customizer) -> {
			if (customizer instanceof PropertiesCustomizer ours) {
				ours.settings().apply(builder, settings, connection);
			}
			else {
				customizer.customize(builder);
			}
		});
		return builder;
	}

	// A customizer of the application changes all clients. The account and the server of
	// a client are its own nevertheless.
	private static void applyOwn(OperationsTemplate.Builder builder, ClientKeys keys, OperationsProperties own,
			OperationsConnectionDetails connection) {
		boolean ofProperties = connection instanceof ClientConnectionDetails;
		if (!(connection instanceof ClientConnectionDetails client && client.own() == null)) {
			builder.credentials(new ConnectionDetailsCredentials(connection));
		}
		PropertyMapper map = PropertyMapper.get();
		if (keys.isSet("base-url") || (!ofProperties && connection.getBaseUrl() != null)) {
			map.from(() -> OperationsSettings.baseUrl(connection.getBaseUrl(), own)).to(builder::baseUrl);
		}
		if (keys.isSet("path")) {
			map.from(() -> OperationsSettings.path(own)).to(builder::path);
		}
		if (keys.isSet("product")) {
			builder.product(own.getProduct());
		}
	}

	// Beans with the name of the client as their qualifier are for this client only.
	private void applyOwnBeans(OperationsTemplate.Builder builder, String client) {
		List<PollingSchedule> schedules = ownBeans(PollingSchedule.class, client);
		if (schedules.size() > 1) {
			throw new OperationsConfigurationException(
					"Several PollingSchedule beans have the qualifier '" + client + "'.",
					"Keep the one that decides when the operations of the client '" + client + "' are polled.", null);
		}
		schedules.forEach(builder::schedule);
		ownBeans(OperationsTemplateBuilderCustomizer.class, client)
			.forEach((customizer) -> customizer.customize(builder));
	}

	private <T> List<T> ownBeans(Class<T> type, String client) {
		return Arrays.stream(this.beans.getBeanNamesForType(type, true, false))
			.filter((bean) -> BeanFactoryAnnotationUtils.isQualifierMatch(client::equals, bean, this.beans))
			.map((bean) -> this.beans.getBean(bean, type))
			.sorted(AnnotationAwareOrderComparator.INSTANCE)
			.toList();
	}

	private OperationsProperties properties(String client) {
		OperationsProperties own = this.properties.getClients().get(client);
		if (own == null && !ClientNames.isEnabled(client, this.environment)) {
			throw new OperationsConfigurationException(
					"Property 'operations.clients." + client + ".enabled' is 'false', but the application was processed"
							+ " ahead of time with this client.",
					"Remove the property and set the other properties of the client, or build the application again with"
							+ " operations.clients." + client
							+ ".enabled=false. Which clients exist is fixed at build time.",
					null);
		}
		if (own == null) {
			throw new OperationsConfigurationException(
					"The client 'operations.clients." + client + "' sets no property that a client has.",
					"Set at least operations.clients." + client
							+ ".product. If the application was processed ahead of time, the names of its clients are"
							+ " those of the build: remove this client there.",
					null);
		}
		return own;
	}

	private OperationsConnectionDetails details(ClientKeys keys, OperationsProperties own) {
		OperationsConnectionDetails replaced = this.details.forClient(keys.client());
		if (replaced != null) {
			return replaced;
		}
		boolean sameServer = own.getProduct() == this.properties.getProduct() && !keys.isSet("base-url");
		return new ClientConnectionDetails(keys,
				PropertiesOperationsConnectionDetails.hasAny(own)
						? new PropertiesOperationsConnectionDetails(own, null, keys.of("")) : null,
				this.details, sameServer);
	}

	// The limits of the owner apply to all clients that share them.
	private void checkSharedRate(ClientKeys keys, OperationsProperties own) {
		String other = own.getRateLimit().getSharedWith();
		if (other == null) {
			return;
		}
		for (String limit : LIMITS) {
			String key = "rate-limit." + limit;
			if (keys.isSet(key)) {
				throw new OperationsConfigurationException(
						"'" + keys.of(key) + "' and '" + keys.of("rate-limit.shared-with")
								+ "' are both set, but a client that shares the rate limit of '" + other
								+ "' has no limits of its own.",
						"Set " + keyOfOwner(other, key) + " for all clients that share the rate limit, and remove "
								+ keys.of(key) + ". Or remove " + keys.of("rate-limit.shared-with") + ".",
						null);
			}
		}
	}

	// The client that is shared may share the rate of another one. A circle is reported
	// later.
	private String keyOfOwner(String shared, String key) {
		Map<String, OperationsProperties> clients = this.properties.getClients();
		Set<String> chain = new LinkedHashSet<>();
		String owner = shared;
		while (chain.add(owner)) {
			OperationsProperties known = clients.get(owner);
			String next = (known != null) ? known.getRateLimit().getSharedWith() : null;
			owner = (next != null) ? next : owner;
		}
		if (owner.equals(ClientNames.OF_DEFAULT)) {
			return "operations." + key;
		}
		return clients.containsKey(owner) ? new ClientKeys(owner, this.environment).of(key)
				: "the limit on the builder of '" + owner + "'";
	}

	private @Nullable OperationsTemplate sharedWith(ClientKeys keys, OperationsProperties own) {
		String other = own.getRateLimit().getSharedWith();
		if (other == null) {
			return null;
		}
		String key = keys.of("rate-limit.shared-with");
		Map<String, OperationsProperties> clients = this.properties.getClients();
		Set<String> chain = new LinkedHashSet<>(Set.of(keys.client()));
		String next = other;
		while (next != null && !next.equals(ClientNames.OF_DEFAULT)) {
			OperationsProperties known = clients.get(next);
			if (known == null) {
				if (next.equals(other)) {
					return templateOfTheApplication(key, other);
				}
				// The client that is shared reports a wrong name itself.
				break;
			}
			if (!chain.add(next)) {
				throw OperationsConfigurationException.of(key, other,
						"the clients " + String.join(", ", chain) + " share each other's rate in a circle",
						"Remove rate-limit.shared-with from the client that owns the rate.");
			}
			next = known.getRateLimit().getSharedWith();
		}
		if (!other.equals(ClientNames.OF_DEFAULT)) {
			return this.beans.getBean(OperationsClientsRegistrar.beanName(other), OperationsTemplate.class);
		}
		OperationsTemplate top = this.beans.getBeanProvider(OperationsTemplate.class).getIfUnique();
		return (top != null) ? top : templateOfTheApplication(key, other);
	}

	private OperationsTemplate templateOfTheApplication(String key, String name) {
		Set<String> names = new LinkedHashSet<>();
		BeanCreationException failure = null;
		for (String bean : this.beans.getBeanNamesForType(OperationsTemplate.class, false, false)) {
			if (OperationsClientsRegistrar.client(bean) == null) {
				try {
					OperationsTemplate template = this.beans.getBean(bean, OperationsTemplate.class);
					if (TemplateParts.name(template).equals(name)) {
						return template;
					}
					names.add(TemplateParts.name(template));
				}
				catch (BeanCreationException ex) {
					// It may need this client. That is a fault only if it owns the rate.
					failure = ex;
				}
			}
		}
		if (failure != null) {
			throw failure;
		}
		names.addAll(this.properties.getClients().keySet());
		boolean isTop = name.equals(ClientNames.OF_DEFAULT);
		throw OperationsConfigurationException.of(key, name, "there is no client with the name '" + name + "'"
				+ (isTop ? ", and none of the application's OperationsTemplate beans has precedence over the others"
						: ""),
				"Set it to one of: " + String.join(", ", names)
						+ (isTop ? ". Or mark the template that stands for the top level @Primary." : "."));
	}

}
