package io.operations.autoconfigure;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.operations.OperationsErrorResponse;
import io.operations.autoconfigure.metrics.OperationsMetricsProperties;
import io.operations.autoconfigure.tracking.OperationsTrackingProperties;
import io.operations.autoconfigure.web.OperationsWebProperties;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.origin.Origin;
import org.springframework.core.env.Environment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Logs a warning for each key below {@code operations} that does not exist, but resembles
 * a key that exists. Spring Boot ignores such a key.
 * <p>
 * An application may have properties of its own below {@code operations}. Therefore the
 * start does not fail, and keys that resemble none of the library pass.
 * {@link ClientKeyCheck} checks the keys below {@code operations.clients}.
 */
final class MisspelledKeys implements SmartInitializingSingleton {

	private static final Log logger = LogFactory.getLog("io.operations");

	private static final Pattern USER_INFO = Pattern.compile("//[^/\\s]*@");

	private static final ConfigurationPropertyName TOP = ConfigurationPropertyName.of("operations");

	private static final ConfigurationPropertyName CLIENTS = TOP.append("clients");

	private final Environment environment;

	MisspelledKeys(Environment environment) {
		this.environment = environment;
	}

	@Override
	public void afterSingletonsInstantiated() {
		Map<ConfigurationPropertyName, String> set = keys();
		if (set.isEmpty()) {
			return;
		}
		Binder binder = Binder.get(this.environment);
		List<PropertyKeys> known = List.of(PropertyKeys.bind(binder, TOP, OperationsProperties.class, CLIENTS),
				PropertyKeys.bind(binder, TOP.append("tracking"), OperationsTrackingProperties.class, null),
				PropertyKeys.bind(binder, TOP.append("metrics"), OperationsMetricsProperties.class, null),
				PropertyKeys.bind(binder, TOP.append("web"), OperationsWebProperties.class, null));
		set.keySet().removeIf((name) -> known.stream().anyMatch((keys) -> keys.contains(name)));
		if (set.isEmpty()) {
			return;
		}
		Set<ConfigurationPropertyName> all = new HashSet<>();
		known.forEach((keys) -> all.addAll(keys.all()));
		set.forEach((name, origin) -> {
			String meant = meant(name, all);
			if (meant != null) {
				logger.warn("Property '" + OperationsErrorResponse.printable(name.toString()) + "'" + origin
						+ " is set, but the library has no such key and ignores it. Did you mean '" + meant
						+ "'? Correct the key. If it is a property of the application, give it another prefix.");
			}
		});
	}

	// Returns each key with its origin. The first source that has a key wins.
	// Environment variables of other software may begin with the same word.
	private Map<ConfigurationPropertyName, String> keys() {
		Map<ConfigurationPropertyName, String> keys = new LinkedHashMap<>();
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
			if (source instanceof IterableConfigurationPropertySource iterable
					&& !(source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource)) {
				iterable.stream()
					.filter((name) -> TOP.isAncestorOf(name) && !CLIENTS.equals(name) && !CLIENTS.isAncestorOf(name))
					.forEach((name) -> keys.putIfAbsent(name, origin(source, name)));
			}
		}
		return keys;
	}

	private static String origin(ConfigurationPropertySource source, ConfigurationPropertyName name) {
		Origin origin = Origin.from(source.getConfigurationProperty(name));
		if (origin == null) {
			return "";
		}
		// A file may come from a server that needs credentials.
		return " (" + OperationsErrorResponse.printable(USER_INFO.matcher(origin.toString()).replaceAll("//")) + ")";
	}

	private static @Nullable String meant(ConfigurationPropertyName name, Set<ConfigurationPropertyName> all) {
		ConfigurationPropertyName parent = PropertyKeys.existingPart(name, TOP, all);
		int wrong = parent.getNumberOfElements();
		// The uniform form has neither hyphens nor capital letters, as in rateLimit.
		Map<String, ConfigurationPropertyName> siblings = all.stream()
			.filter(parent::isParentOf)
			.collect(Collectors.toMap((each) -> each.getLastElement(Form.UNIFORM), (each) -> each));
		String nearest = SimilarNames.nearest(name.getElement(wrong, Form.UNIFORM), siblings.keySet());
		return (nearest != null) ? siblings.get(nearest) + rest(name, wrong + 1) : null;
	}

	private static String rest(ConfigurationPropertyName name, int from) {
		StringBuilder rest = new StringBuilder();
		for (int i = from; i < name.getNumberOfElements(); i++) {
			rest.append('.').append(OperationsErrorResponse.printable(name.getElement(i, Form.DASHED)));
		}
		return rest.toString();
	}

}
