package io.operations.autoconfigure;

import java.util.Map;

import io.operations.core.OperationsTemplate;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Rejects an application bean that has the name of a library bean but another type. The
 * library's bean would back off, and its injection points would find no bean of their
 * type.
 */
final class DocumentedBeanNames implements BeanFactoryPostProcessor {

	private static final Map<String, Class<?>> TYPES = Map.of("operationsTemplate", OperationsTemplate.class,
			"operationsWebClient", WebClient.class);

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
		TYPES.forEach((name, expected) -> check(beans, name, expected));
	}

	private static void check(ConfigurableListableBeanFactory beans, String name, Class<?> expected) {
		Class<?> type = beans.containsBean(name) ? beans.getType(name, false) : null;
		// A supertype may be the declared return type of the library's own bean method.
		if (type != null && !expected.isAssignableFrom(type) && !type.isAssignableFrom(expected)) {
			throw new OperationsConfigurationException(
					"The bean '" + name + "' has the type " + type.getName() + ", but a bean of this name must have the"
							+ " type " + expected.getName() + ", because @Qualifier(\"" + name + "\") injects it.",
					"Give your bean another name.", null);
		}
	}

}
