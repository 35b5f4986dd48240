package io.operations.autoconfigure;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.operations.core.OperationsTemplate;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Finds the template whose rate a client shares.
 */
final class SharedRate {

	private static final List<String> LIMITS = List.of("requests-per-second", "max-in-flight", "max-queued",
			"across-instances");

	private final ConfigurableListableBeanFactory beans;

	private final OperationsProperties properties;

	private final ClientKeys keys;

	private final @Nullable String other;

	SharedRate(ConfigurableListableBeanFactory beans, OperationsProperties properties, ClientKeys keys,
			OperationsProperties own) {
		this.beans = beans;
		this.properties = properties;
		this.keys = keys;
		this.other = own.getRateLimit().getSharedWith();
	}

	/**
	 * Check that the client has no limits itself. Those of the owner apply to all clients
	 * that share them.
	 * @throws OperationsConfigurationException if the client has a limit
	 */
	void check() {
		String other = this.other;
		if (other == null) {
			return;
		}
		for (String limit : LIMITS) {
			String key = "rate-limit." + limit;
			if (this.keys.isSet(key)) {
				throw new OperationsConfigurationException(
						"'" + this.keys.of(key) + "' and '" + this.keys.of("rate-limit.shared-with")
								+ "' are both set, but a client that shares the rate limit of '" + other
								+ "' has no limits of its own.",
						"Set " + keyOfOwner(other, key) + " for all clients that share the rate limit, and remove "
								+ this.keys.of(key) + ". Or remove " + this.keys.of("rate-limit.shared-with") + ".",
						null);
			}
		}
	}

	// The client whose rate is shared may itself share the rate of another client. A
	// circle is reported later.
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
		return clients.containsKey(owner) ? new ClientKeys(owner, this.keys.environment()).of(key)
				: "the limit on the builder of '" + owner + "'";
	}

	/**
	 * Return the template whose rate the client shares.
	 * @return the template, {@code null} if the client has a rate itself
	 * @throws OperationsConfigurationException if the name is unknown, or if clients
	 * share each other's rate in a circle
	 */
	@Nullable OperationsTemplate owner() {
		String other = this.other;
		if (other == null) {
			return null;
		}
		String key = this.keys.of("rate-limit.shared-with");
		Map<String, OperationsProperties> clients = this.properties.getClients();
		Set<String> chain = new LinkedHashSet<>(Set.of(this.keys.client()));
		String next = other;
		while (next != null && !next.equals(ClientNames.OF_DEFAULT)) {
			OperationsProperties known = clients.get(next);
			if (known == null) {
				if (next.equals(other)) {
					return templateOfTheApplication(key, other);
				}
				// The client whose rate is shared reports a wrong name itself.
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
					// The template may need this client. That is a fault only if the
					// template owns the rate.
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
