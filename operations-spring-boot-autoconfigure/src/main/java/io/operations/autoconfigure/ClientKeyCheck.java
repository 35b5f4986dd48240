package io.operations.autoconfigure;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.operations.OperationsErrorResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Rejects keys below {@code operations.clients.<name>} that no client has. Spring Boot
 * would ignore them.
 * <p>
 * Environment variables are not checked against the keys, because others than ours may
 * begin with the same words, for example those of a Kubernetes service. Only a variable
 * of a group of keys that exists at the top level alone is rejected.
 */
final class ClientKeyCheck implements BindHandler {

	private static final int SHOWN = 3;

	private final ClientKeys keys;

	private final ConfigurationPropertyName client;

	private final Set<ConfigurationPropertyName> known = new LinkedHashSet<>();

	private final Set<ConfigurationPropertyName> lists = new HashSet<>();

	private ClientKeyCheck(ClientKeys keys) {
		this.keys = keys;
		this.client = ClientNames.keyOf(keys.client());
	}

	/**
	 * Check the keys that a client sets.
	 * @param keys the keys of the client
	 * @throws OperationsConfigurationException if no client has one of them
	 */
	static void check(ClientKeys keys) {
		if (keys.isSet("clients")) {
			throw new OperationsConfigurationException(
					"The client '" + keys.prefix() + "' has clients itself: '" + keys.of("clients") + "'.",
					"Configure each client directly below operations.clients.", null);
		}
		if (keys.isSet("tracking")) {
			throw new OperationsConfigurationException(
					"'" + keys.of("tracking") + "' is set, but tracking is configured for all clients together.",
					"Set the properties operations.tracking.*, and remove those below '" + keys.of("tracking") + "'.",
					null);
		}
		new ClientKeyCheck(keys).check();
	}

	private void check() {
		Binder.get(this.keys.environment()).bind(this.client, Bindable.of(OperationsProperties.class), this);
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.keys.environment())) {
			if (source instanceof IterableConfigurationPropertySource iterable
					&& !(source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource)) {
				iterable.stream()
					.filter((name) -> this.client.isAncestorOf(name) && !isKnown(name))
					.findFirst()
					.ifPresent(this::reject);
			}
		}
	}

	@Override
	public <T> Bindable<T> onStart(ConfigurationPropertyName name, Bindable<T> target, BindContext context) {
		this.known.add(name);
		if (Collection.class.isAssignableFrom(target.getType().resolve(Object.class))) {
			this.lists.add(name);
		}
		return target;
	}

	// A wrong value is reported when the properties are bound.
	@Override
	public @Nullable Object onFailure(ConfigurationPropertyName name, Bindable<?> target, BindContext context,
			Exception error) {
		return null;
	}

	// A shorter list of another source may replace one with this element.
	private boolean isKnown(ConfigurationPropertyName name) {
		return this.known.contains(name)
				|| (name.isNumericIndex(name.getNumberOfElements() - 1) && this.lists.contains(name.getParent()));
	}

	private void reject(ConfigurationPropertyName name) {
		int wrong = this.client.getNumberOfElements();
		while (wrong < name.getNumberOfElements() - 1 && this.known.contains(name.chop(wrong + 1))) {
			wrong++;
		}
		ConfigurationPropertyName parent = name.chop(wrong);
		String element = name.getElement(wrong, Form.UNIFORM);
		List<String> nearest = this.known.stream()
			.filter(parent::isParentOf)
			.sorted(Comparator.comparingInt((each) -> distance(element, each.getLastElement(Form.UNIFORM))))
			.limit(SHOWN)
			.map(this::shown)
			.toList();
		throw new OperationsConfigurationException("Property '" + shown(name) + "' is set, but no client has this key.",
				nearest.isEmpty() ? "Remove it: '" + shown(parent) + "' has no keys below it."
						: "Remove it, or correct it. The most similar keys are: " + String.join(", ", nearest) + ".",
				null);
	}

	// As it is written in the file, so that a search finds it.
	private String shown(ConfigurationPropertyName name) {
		StringBuilder key = new StringBuilder(this.keys.prefix());
		for (int i = this.client.getNumberOfElements(); i < name.getNumberOfElements(); i++) {
			String element = OperationsErrorResponse.printable(name.getElement(i, Form.ORIGINAL));
			key.append(name.chop(i + 1).isLastElementIndexed() ? "[" + element + "]" : "." + element);
		}
		return key.toString();
	}

	// How many letters must be inserted, removed or replaced to make one word of another.
	private static int distance(String from, String to) {
		int[] before = new int[to.length() + 1];
		for (int j = 0; j <= to.length(); j++) {
			before[j] = j;
		}
		for (int i = 1; i <= from.length(); i++) {
			int[] now = new int[to.length() + 1];
			now[0] = i;
			for (int j = 1; j <= to.length(); j++) {
				int replaced = before[j - 1] + ((from.charAt(i - 1) != to.charAt(j - 1)) ? 1 : 0);
				now[j] = Math.min(replaced, 1 + Math.min(before[j], now[j - 1]));
			}
			before = now;
		}
		return before[to.length()];
	}

}
