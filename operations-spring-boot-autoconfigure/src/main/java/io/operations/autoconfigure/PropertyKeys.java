package io.operations.autoconfigure;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

/**
 * Collects the keys of a {@code @ConfigurationProperties} class: each key that a
 * {@link Binder} requests.
 */
final class PropertyKeys implements BindHandler {

	private final Set<ConfigurationPropertyName> known = new LinkedHashSet<>();

	private final Set<ConfigurationPropertyName> lists = new HashSet<>();

	// The keys of single values. The binder treats even String as a bean with properties,
	// but api-key.empty is no key.
	private final Set<ConfigurationPropertyName> values = new HashSet<>();

	private final @Nullable ConfigurationPropertyName skipped;

	private PropertyKeys(@Nullable ConfigurationPropertyName skipped) {
		this.skipped = skipped;
	}

	/**
	 * Collect all keys that a class has. Those of its maps and lists depend on the
	 * values, so {@link #bind} finds them.
	 * @param prefix the prefix of the keys
	 * @param type the class
	 * @return the keys
	 */
	static PropertyKeys of(ConfigurationPropertyName prefix, Class<?> type) {
		return bind(new Binder((name) -> null), prefix, type, null);
	}

	/**
	 * Collect the keys that a class has and that have values.
	 * @param binder the binder of the values
	 * @param prefix the prefix of the keys
	 * @param type the class
	 * @param skipped a key to leave out, with all keys below it
	 * @return the keys
	 */
	static PropertyKeys bind(Binder binder, ConfigurationPropertyName prefix, Class<?> type,
			@Nullable ConfigurationPropertyName skipped) {
		PropertyKeys keys = new PropertyKeys(skipped);
		binder.bind(prefix, Bindable.of(type), keys);
		return keys;
	}

	/**
	 * Return the keys.
	 * @return the keys, also those of groups of keys
	 */
	Set<ConfigurationPropertyName> all() {
		return this.known;
	}

	/**
	 * Return whether a key exists.
	 * @param name the key
	 * @return {@code true} if the class has it
	 */
	boolean contains(ConfigurationPropertyName name) {
		// A shorter list of another source may have replaced a list with this element.
		return this.known.contains(name)
				|| (name.isNumericIndex(name.getNumberOfElements() - 1) && this.lists.contains(name.getParent()));
	}

	/**
	 * Return the longest beginning of a wrong key that exists.
	 * @param name the wrong key
	 * @param prefix the prefix of all keys
	 * @param all all keys that exist
	 * @return the beginning, at least the prefix
	 */
	static ConfigurationPropertyName existingPart(ConfigurationPropertyName name, ConfigurationPropertyName prefix,
			Set<ConfigurationPropertyName> all) {
		int elements = prefix.getNumberOfElements();
		while (elements < name.getNumberOfElements() - 1 && all.contains(name.chop(elements + 1))) {
			elements++;
		}
		return name.chop(elements);
	}

	@Override
	public <T> @Nullable Bindable<T> onStart(ConfigurationPropertyName name, Bindable<T> target, BindContext context) {
		ConfigurationPropertyName leftOut = this.skipped;
		if ((leftOut != null && leftOut.equals(name)) || this.values.contains(name.getParent())) {
			return null;
		}
		this.known.add(name);
		Class<?> type = target.getType().resolve(Object.class);
		if (Collection.class.isAssignableFrom(type)) {
			this.lists.add(name);
		}
		else if (!Map.class.isAssignableFrom(type) && !isGroup(type)) {
			this.values.add(name);
		}
		return target;
	}

	private static boolean isGroup(Class<?> type) {
		String name = type.getName();
		return (name.startsWith("io.operations.") || name.startsWith("org.springframework.boot.")) && !type.isEnum();
	}

	// A wrong value is reported when the properties are bound.
	@Override
	public @Nullable Object onFailure(ConfigurationPropertyName name, Bindable<?> target, BindContext context,
			Exception error) {
		return null;
	}

}
