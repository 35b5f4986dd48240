package io.operations.autoconfigure;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

import io.operations.OperationsProduct;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationPropertiesBindHandlerAdvisor;
import org.springframework.boot.context.properties.bind.AbstractBindHandler;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.Environment;

/**
 * Makes the properties of the top level the defaults of each client. When Spring Boot
 * binds {@code operations.clients.<name>}, it begins with the properties of the top level
 * in place of an empty object.
 * <p>
 * A client has either its own credentials or those of the top level, so credentials are
 * not copied. Base URL and path belong to a product: a client with another product does
 * not get them.
 */
final class ClientProperties implements ConfigurationPropertiesBindHandlerAdvisor {

	private static final Bindable<Map<String, Set<String>>> WORDS = Bindable
		.of(ResolvableType.forClassWithGenerics(Map.class, ResolvableType.forClass(String.class),
				ResolvableType.forClassWithGenerics(Set.class, String.class)));

	private static final ConfigurationPropertyName TOP = ConfigurationPropertyName.of("operations");

	private final Environment environment;

	ClientProperties(Environment environment) {
		this.environment = environment;
	}

	@Override
	public BindHandler apply(BindHandler bindHandler) {
		return new AbstractBindHandler(bindHandler) {

			@Override
			public <T> @Nullable Bindable<T> onStart(ConfigurationPropertyName name, Bindable<T> target,
					BindContext context) {
				if (!isClient(name, target)) {
					return super.onStart(name, target, context);
				}
				String client = name.getElement(name.getNumberOfElements() - 1, Form.ORIGINAL);
				if (!ClientNames.of(ClientProperties.this.environment).contains(client)) {
					// The client is disabled, or this is another spelling of a client's
					// name.
					return null;
				}
				return super.onStart(name, onTop(target, () -> defaults(name, context.getBinder())), context);
			}

		};
	}

	private static boolean isClient(ConfigurationPropertyName name, Bindable<?> target) {
		return ClientNames.CLIENTS.isParentOf(name)
				&& OperationsProperties.class.equals(target.getType().resolve(Object.class));
	}

	@SuppressWarnings("unchecked")
	private static <T> Bindable<T> onTop(Bindable<T> target, Supplier<OperationsProperties> defaults) {
		return target.withSuppliedValue((Supplier<T>) defaults);
	}

	private static OperationsProperties defaults(ConfigurationPropertyName client, Binder binder) {
		OperationsProperties defaults = new OperationsProperties();
		binder.bind(TOP, Bindable.ofInstance(defaults), new WithoutClients());
		defaults.setApiKey(null);
		defaults.setApiKeySecret(null);
		defaults.setAccountSid(null);
		defaults.setAuthToken(null);
		defaults.getRateLimit().setSharedWith(null);
		removeWords(defaults, binder.bind(client.append("status-words"), WORDS).orElse(Map.of()));
		OperationsProduct product = binder.bind(client.append("product"), Bindable.of(OperationsProduct.class))
			.orElse(null);
		if (product != null && !Objects.equals(product, defaults.getProduct())) {
			defaults.setBaseUrl(null);
			defaults.setPath(null);
		}
		return defaults;
	}

	// The client's words for a status replace those of the top level. If the client gives
	// a word of the top level to another status, the word no longer stands for the status
	// of the top level.
	private static void removeWords(OperationsProperties defaults, Map<String, Set<String>> own) {
		Set<String> words = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
		own.values().forEach((each) -> each.forEach((word) -> words.add(word.strip())));
		Set<String> statuses = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
		statuses.addAll(own.keySet());
		defaults.getStatusWords().entrySet().removeIf((inherited) -> {
			if (statuses.contains(inherited.getKey())) {
				return true;
			}
			Set<String> kept = new LinkedHashSet<>(inherited.getValue());
			boolean changed = kept.removeIf((word) -> words.contains(word.strip()));
			inherited.setValue(kept);
			return changed && kept.isEmpty();
		});
	}

	/**
	 * Leaves out the clients themselves when the properties of the top level are bound as
	 * defaults.
	 */
	private static final class WithoutClients implements BindHandler {

		@Override
		public <T> @Nullable Bindable<T> onStart(ConfigurationPropertyName name, Bindable<T> target,
				BindContext context) {
			return name.equals(ClientNames.CLIENTS) ? null : target;
		}

	}

}
