package io.operations.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Map;

import io.operations.core.OperationsTemplate;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.env.Environment;

/**
 * Finds the templates of an application, each under its name, and rejects a name that two
 * templates have.
 */
final class ClientBeans implements SmartInitializingSingleton {

	private final ConfigurableListableBeanFactory beans;

	private final OperationsProperties properties;

	private final Environment environment;

	ClientBeans(ConfigurableListableBeanFactory beans, OperationsProperties properties, Environment environment) {
		this.beans = beans;
		this.properties = properties;
		this.environment = environment;
	}

	/**
	 * Find the templates of an application context.
	 * @param beans the bean factory of the context
	 * @return the templates, each under its name
	 */
	static Map<String, OperationsTemplate> find(ConfigurableListableBeanFactory beans) {
		return find(beans, false);
	}

	private static Map<String, OperationsTemplate> find(ConfigurableListableBeanFactory beans, boolean onlyCreated) {
		Map<String, OperationsTemplate> templates = new LinkedHashMap<>();
		Map<String, String> beanNames = new LinkedHashMap<>();
		for (String bean : beans.getBeanNamesForType(OperationsTemplate.class, false, false)) {
			if (onlyCreated && !beans.containsSingleton(bean)) {
				continue;
			}
			OperationsTemplate template = beans.getBean(bean, OperationsTemplate.class);
			String name = name(template, bean);
			String other = beanNames.put(name, bean);
			if (other != null) {
				throw new OperationsConfigurationException(
						"The beans '" + other + "' and '" + bean + "' are both a client with the name '" + name + "'.",
						"Give one of them another name, with OperationsTemplate.Builder.name(...) or as its key in"
								+ " operations.clients.",
						null);
			}
			templates.put(name, template);
		}
		return templates;
	}

	/**
	 * Return the name of the client that a bean represents.
	 * @param template the bean, which has no name if it is a mock in a test
	 * @param bean the name of the bean
	 * @return the name of the client
	 */
	static String name(OperationsTemplate template, String bean) {
		String client = OperationsClientsRegistrar.client(bean);
		return (client != null) ? client : TemplateParts.name(template);
	}

	// The name of a lazy template is checked when the first client is needed by its name,
	// but its keys are checked now.
	@Override
	public void afterSingletonsInstantiated() {
		find(this.beans, true);
		for (String client : this.properties.getClients().keySet()) {
			if (!this.beans.containsBean(OperationsClientsRegistrar.beanName(client))) {
				throw new OperationsConfigurationException(
						"The client 'operations.clients." + client
								+ "' does not exist, because the application was processed ahead of time without it.",
						"Build the application again with this client in its configuration. The names of clients are"
								+ " fixed at build time.",
						null);
			}
			if (!this.beans.containsSingleton(OperationsClientsRegistrar.beanName(client))) {
				ClientKeyCheck.check(new ClientKeys(client, this.environment));
			}
		}
	}

}
