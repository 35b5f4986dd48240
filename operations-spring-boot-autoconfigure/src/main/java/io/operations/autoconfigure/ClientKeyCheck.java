package io.operations.autoconfigure;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import io.operations.OperationsErrorResponse;
import io.operations.autoconfigure.tracking.OperationsTrackingProperties;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Rejects keys below {@code operations.clients.<name>} that no client has. Spring Boot
 * would ignore these keys.
 * <p>
 * Environment variables are not checked against the keys, because variables of other
 * software may begin with the same words, for example those of a Kubernetes service. Only
 * a variable that sets a property of {@code operations.tracking} below the client is
 * rejected.
 */
final class ClientKeyCheck {

	private static final int SHOWN = 3;

	private static final int SIMILAR = 2;

	private final ClientKeys keys;

	private final ConfigurationPropertyName client;

	private final ConfigurationPropertyName clients;

	private final ConfigurationPropertyName tracking;

	private ClientKeyCheck(ClientKeys keys) {
		this.keys = keys;
		this.client = ClientNames.keyOf(keys.client());
		this.clients = this.client.append("clients");
		this.tracking = this.client.append("tracking");
	}

	/**
	 * Check the keys that a client sets.
	 * @param keys the keys of the client
	 * @throws OperationsConfigurationException if no client has one of them; the message
	 * names all of them
	 */
	static void check(ClientKeys keys) {
		new ClientKeyCheck(keys).check();
	}

	private void check() {
		Set<ConfigurationPropertyName> set = new LinkedHashSet<>();
		boolean isTracking = false;
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.keys.environment())) {
			if (source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource) {
				isTracking |= isTrackingVariable(source);
			}
			else if (source instanceof IterableConfigurationPropertySource iterable) {
				iterable.stream().filter(this.client::isAncestorOf).forEach(set::add);
			}
		}
		if (set.stream().anyMatch((name) -> isBelow(this.clients, name))) {
			throw new OperationsConfigurationException(
					"The client '" + this.keys.prefix() + "' has clients itself: '" + this.keys.of("clients") + "'.",
					"Configure each client directly below operations.clients.", null);
		}
		if (isTracking || set.stream().anyMatch((name) -> isBelow(this.tracking, name))) {
			throw new OperationsConfigurationException(
					"'" + this.keys.of("tracking") + "' is set, but tracking is configured for all clients together.",
					"Set the properties operations.tracking.*, and remove those below '" + this.keys.of("tracking")
							+ "'.",
					null);
		}
		if (!set.isEmpty()) {
			PropertyKeys known = PropertyKeys.bind(Binder.get(this.keys.environment()), this.client,
					OperationsProperties.class, this.clients);
			set.removeIf(known::contains);
		}
		if (!set.isEmpty()) {
			reject(List.copyOf(set));
		}
	}

	private static boolean isBelow(ConfigurationPropertyName group, ConfigurationPropertyName name) {
		return group.equals(name) || group.isAncestorOf(name);
	}

	// A client "campaigns-tracking" has the variables
	// OPERATIONS_CLIENTS_CAMPAIGNS_TRACKING_*.
	private boolean isTrackingVariable(ConfigurationPropertySource variables) {
		return PropertyKeys.of(this.tracking, OperationsTrackingProperties.class)
			.all()
			.stream()
			.anyMatch((name) -> variables.getConfigurationProperty(name) != null
					&& !ClientNames.belongsToLonger(this.keys.client(), this.client, name, this.keys.environment()));
	}

	private void reject(List<ConfigurationPropertyName> wrong) {
		Set<ConfigurationPropertyName> all = PropertyKeys.of(this.client, OperationsProperties.class).all();
		String text = wrong.stream()
			.map((name) -> "Property '" + shown(name) + "' is set, but no client has this key.")
			.collect(Collectors.joining(" "));
		String action = wrong.stream()
			.map((name) -> ((wrong.size() > 1) ? "'" + shown(name) + "': " : "") + action(name, all))
			.collect(Collectors.joining(" "));
		throw new OperationsConfigurationException(text, action, null);
	}

	private String action(ConfigurationPropertyName name, Set<ConfigurationPropertyName> all) {
		ConfigurationPropertyName parent = PropertyKeys.existingPart(name, this.client, all);
		if (all.stream().noneMatch(parent::isParentOf)) {
			return "Remove it: '" + shown(parent) + "' has no keys below it.";
		}
		String element = name.getElement(parent.getNumberOfElements(), Form.UNIFORM);
		Comparator<ConfigurationPropertyName> order = Comparator.comparingInt((each) -> distance(element, each));
		return "Remove it, or correct it. The most similar keys are: " + all.stream()
			.filter((each) -> !each.equals(this.clients) && this.client.isAncestorOf(each))
			.filter((each) -> parent.isParentOf(each) || distance(element, each) <= SIMILAR)
			.sorted(order.thenComparing((each) -> !parent.isParentOf(each)))
			.limit(SHOWN)
			.map(this::shown)
			.collect(Collectors.joining(", ")) + ".";
	}

	private static int distance(String element, ConfigurationPropertyName name) {
		return SimilarNames.distance(element, name.getLastElement(Form.UNIFORM));
	}

	// Returns the key as it is written in the file, so that a search finds it.
	private String shown(ConfigurationPropertyName name) {
		StringBuilder key = new StringBuilder(this.keys.prefix());
		for (int i = this.client.getNumberOfElements(); i < name.getNumberOfElements(); i++) {
			String element = OperationsErrorResponse.printable(name.getElement(i, Form.ORIGINAL));
			key.append(name.chop(i + 1).isLastElementIndexed() ? "[" + element + "]" : "." + element);
		}
		return key.toString();
	}

}
