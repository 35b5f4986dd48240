package io.operations.autoconfigure;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.operations.core.OperationsTemplate;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Finds the template of a group of declarative HTTP clients. If the names of the beans
 * suffice to find the template, no other template is created.
 */
final class GroupTemplates {

	private static final String TEMPLATE = "operationsTemplate";

	private final ConfigurableListableBeanFactory beans;

	GroupTemplates(ConfigurableListableBeanFactory beans) {
		this.beans = beans;
	}

	/**
	 * Find the template of a group. If a template of the application is being created at
	 * this moment, the beans depend on each other in a circle, and this call fails. The
	 * template must not be left out, because the group would then send requests without
	 * credentials.
	 * @param group the name of the group
	 * @param hasBaseUrl whether the group has a base URL. A template of the application
	 * must then have the name of the group as the name of its bean, too
	 * @return the template, {@code null} if there is none
	 */
	@Nullable OperationsTemplate find(String group, boolean hasBaseUrl) {
		for (String bean : candidates(group, hasBaseUrl)) {
			OperationsTemplate template = this.beans.getBean(bean, OperationsTemplate.class);
			if (ClientBeans.name(template, bean).equals(group)) {
				return template;
			}
		}
		return null;
	}

	private List<String> candidates(String group, boolean hasBaseUrl) {
		boolean isDefault = group.equals(ClientNames.OF_DEFAULT);
		List<String> candidates = new ArrayList<>();
		for (String bean : beanNames()) {
			String client = OperationsClientsRegistrar.client(bean);
			if (group.equals((client != null) ? client : bean) || (isDefault && bean.equals(TEMPLATE))) {
				candidates.add(0, bean);
			}
			else if (client == null && !isAutoConfigured(bean) && (isDefault || !hasBaseUrl)) {
				candidates.add(bean);
			}
		}
		return candidates;
	}

	/**
	 * Return the names that the templates have as far as they are known. This method
	 * creates no template: for a template that does not exist yet, the name of its bean
	 * stands for its name.
	 * @return the names
	 */
	Set<String> names() {
		Set<String> names = new LinkedHashSet<>();
		for (String bean : beanNames()) {
			String client = OperationsClientsRegistrar.client(bean);
			if (client != null) {
				names.add(client);
			}
			else if (isAutoConfigured(bean)) {
				names.add(ClientNames.OF_DEFAULT);
			}
			else {
				names.add((this.beans.containsSingleton(bean)
						&& this.beans.getSingleton(bean) instanceof OperationsTemplate created)
								? ClientBeans.name(created, bean) : bean);
			}
		}
		return names;
	}

	private String[] beanNames() {
		return BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.beans, OperationsTemplate.class, true, false);
	}

	private boolean isAutoConfigured(String bean) {
		return bean.equals(TEMPLATE)
				&& (!this.beans.containsBeanDefinition(bean) || OperationsAutoConfiguration.class.getName()
					.equals(this.beans.getBeanDefinition(bean).getFactoryBeanName()));
	}

}
