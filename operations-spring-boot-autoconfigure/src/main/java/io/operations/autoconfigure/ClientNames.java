package io.operations.autoconfigure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

import io.operations.OperationsErrorResponse;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Finds the names of the clients that {@code operations.clients.*} configures, and
 * rejects names that cannot be used.
 *
 * @since 0.1.0
 */
public final class ClientNames {

	/**
	 * The name of the auto-configured client.
	 */
	static final String OF_DEFAULT = "operations";

	static final ConfigurationPropertyName CLIENTS = ConfigurationPropertyName.of("operations.clients");

	// Each metric has the name as a tag. The health and the log show it, too.
	private static final Pattern USABLE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,62}");

	private static final Set<String> RESERVED = Set.of(OF_DEFAULT, "default");

	// Environment variables configure a client only if they set one of these keys. Other
	// variables may stem from something else, for example from a Kubernetes service
	// "operations-clients".
	private static final List<String> DEFINING = List.of("product", "base-url", "api-key", "account-sid");

	private ClientNames() {
	}

	/**
	 * Return the names of the enabled clients.
	 * @param environment the environment with the properties
	 * @return the names, in the order of the property sources
	 * @throws OperationsConfigurationException if a name cannot be used
	 */
	public static Set<String> of(Environment environment) {
		Set<String> enabled = new LinkedHashSet<>(all(environment).values());
		enabled.removeIf((name) -> !isEnabled(name, environment));
		return enabled;
	}

	/**
	 * Return the names of the disabled clients.
	 * @param environment the environment with the properties
	 * @return the names
	 */
	static Set<String> disabled(Environment environment) {
		Set<String> disabled = new LinkedHashSet<>(all(environment).values());
		disabled.removeIf((name) -> isEnabled(name, environment));
		return disabled;
	}

	// Returns each name by its uniform spelling.
	private static Map<String, String> all(Environment environment) {
		Map<String, String> names = new LinkedHashMap<>();
		List<ConfigurationPropertyName> variables = new ArrayList<>();
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
			if (source instanceof IterableConfigurationPropertySource iterable) {
				boolean isVariables = source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource;
				iterable.stream().filter(CLIENTS::isAncestorOf).forEach((key) -> {
					if (isVariables) {
						variables.add(key);
					}
					else {
						add(names, key);
					}
				});
			}
		}
		// A variable does not show the spelling of a name: MYMEMORY and MY_MEMORY may
		// both mean "my-memory".
		variables.stream()
			.filter((key) -> !belongsToOne(key, names.keySet()) && isDefining(key, environment))
			.forEach((key) -> add(names, key));
		return names;
	}

	/**
	 * Return the key below which the properties of a client are, for a look-up. It finds
	 * each spelling of the name, also one with capital letters or underscores, which a
	 * look-up cannot contain.
	 * @param client the name of the client
	 * @return the key
	 */
	public static ConfigurationPropertyName keyOf(String client) {
		return CLIENTS.append(ConfigurationPropertyName.adapt(client, '.').getElement(0, Form.UNIFORM));
	}

	/**
	 * Return whether a client of {@code operations.clients.*} can have a name.
	 * @param name the name
	 * @return {@code false} if it has other characters than those of a name, or if it
	 * stands for the default client
	 */
	static boolean isUsable(String name) {
		return USABLE.matcher(name).matches() && !RESERVED.contains(keyOf(name).getLastElement(Form.UNIFORM));
	}

	private static void add(Map<String, String> names, ConfigurationPropertyName key) {
		int position = CLIENTS.getNumberOfElements();
		String name = key.getElement(position, Form.ORIGINAL);
		String shown = OperationsErrorResponse.printable(name);
		if (!USABLE.matcher(name).matches()) {
			throw new OperationsConfigurationException(
					"'" + shown + "' in 'operations.clients." + shown + "' cannot be the name of a client.",
					"Use letters, digits, hyphens and underscores, at most 63 of them, with a letter or a digit first."
							+ " The name becomes a tag of the metrics.",
					null);
		}
		String uniform = key.getElement(position, Form.UNIFORM);
		if (key.chop(position + 1).isLastElementIndexed()
				&& !name.equals(keyOf(name).getElement(position, Form.UNIFORM))) {
			throw new OperationsConfigurationException(
					"'operations.clients[" + shown
							+ "]' cannot be found by each spelling of the name, because the name is in brackets.",
					"Write the name without brackets: operations.clients." + shown + ".", null);
		}
		if (RESERVED.contains(uniform)) {
			throw new OperationsConfigurationException("'" + shown + "' in 'operations.clients." + shown
					+ "' cannot be the name of a client: it stands for the client that the properties operations.*"
					+ " configure.",
					"Set the properties of that client directly, for example operations.product, or"
							+ " give this client another name.",
					null);
		}
		if (key.getNumberOfElements() == position + 1) {
			throw new OperationsConfigurationException(
					"The client 'operations.clients." + shown + "' has no properties.",
					"Set at least operations.clients." + shown + ".product.", null);
		}
		String known = names.putIfAbsent(uniform, name);
		if (known != null && !known.equals(name)) {
			throw new OperationsConfigurationException(
					"'operations.clients." + known + "' and 'operations.clients." + name
							+ "' are the same name, because property names ignore hyphens, underscores and case.",
					"Write the name of the client in the same way everywhere, or choose another name for one of them.",
					null);
		}
	}

	private static boolean belongsToOne(ConfigurationPropertyName variable, Set<String> names) {
		StringBuilder name = new StringBuilder();
		for (int i = CLIENTS.getNumberOfElements(); i < variable.getNumberOfElements(); i++) {
			name.append(variable.getElement(i, Form.UNIFORM));
			if (names.contains(name.toString())) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Return whether the environment variable of a key may be one of another client,
	 * whose name begins with the name of the client and the first words of the key.
	 * @param client the name of the client
	 * @param prefix the key of the client
	 * @param key the key below it
	 * @param environment the environment with the properties
	 * @return {@code true} if there is a client with such a name
	 */
	static boolean belongsToLonger(String client, ConfigurationPropertyName prefix, ConfigurationPropertyName key,
			Environment environment) {
		StringBuilder words = new StringBuilder("operations.clients.").append(client.replaceAll("[-_]+", "."));
		for (int i = prefix.getNumberOfElements(); i < key.getNumberOfElements(); i++) {
			words.append('.').append(key.getElement(i, Form.DASHED).replace('-', '.'));
		}
		String own = prefix.getLastElement(Form.UNIFORM);
		Set<String> others = new LinkedHashSet<>(all(environment).keySet());
		others.removeIf((other) -> other.length() <= own.length());
		return belongsToOne(ConfigurationPropertyName.adapt(words.toString(), '.'), others);
	}

	private static boolean isDefining(ConfigurationPropertyName variable, Environment environment) {
		ClientKeys keys = new ClientKeys(variable.getElement(CLIENTS.getNumberOfElements(), Form.ORIGINAL),
				environment);
		return DEFINING.stream().anyMatch(keys::isSet);
	}

	/**
	 * Return whether a client is enabled.
	 * @param name the name of the client
	 * @param environment the environment with the properties
	 * @return {@code false} if its property {@code enabled} is false
	 */
	static boolean isEnabled(String name, Environment environment) {
		return Binder.get(environment).bind(keyOf(name).append("enabled"), Bindable.of(Boolean.class)).orElse(true);
	}

}
