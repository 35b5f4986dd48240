package io.operations.autoconfigure;

import java.util.Arrays;
import java.util.List;

import io.operations.OperationFetcherDecorator;
import io.operations.OperationsListener;
import io.operations.core.OperationsTemplate;
import io.operations.observation.OperationAwaitObservationConvention;
import io.operations.observation.OperationFetchObservationConvention;
import io.operations.polling.PollingSchedule;
import io.operations.resilience.BudgetStore;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.BeanFactoryAnnotationUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.boot.context.properties.PropertyMapper;
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
		SharedRate shared = new SharedRate(this.beans, this.properties, keys, own);
		shared.check();
		try {
			OperationsConnectionDetails connection = details(keys, own);
			OperationsTemplate.Builder builder = builder(own, connection);
			applyOwn(builder, keys, own, connection);
			OperationsTemplate other = shared.owner();
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
		ClientHttpConnector connector = this.httpClient.getConnector(settings.getHttp());
		WebClient.Builder own = PlainWebClientBuilder.find(this.beans, connector != null);
		if (connector != null) {
			own.clientConnector(connector);
		}
		OperationsTemplate.Builder builder = OperationsTemplate.builder(own).name("");
		builder.observationRegistry(ObservationChoice.find(this.beans));
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

	// Beans with the name of the client as their qualifier are for this client only. A
	// default candidate is for all clients, and has been applied already.
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
			.filter((bean) -> !isForAll(bean))
			.filter((bean) -> BeanFactoryAnnotationUtils.isQualifierMatch(client::equals, bean, this.beans))
			.map((bean) -> this.beans.getBean(bean, type))
			.sorted(AnnotationAwareOrderComparator.INSTANCE)
			.toList();
	}

	private boolean isForAll(String bean) {
		return !this.beans.containsBeanDefinition(bean)
				|| !(this.beans.getMergedBeanDefinition(bean) instanceof AbstractBeanDefinition definition)
				|| (definition.isAutowireCandidate() && definition.isDefaultCandidate());
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

}
