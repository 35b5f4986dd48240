package io.operations.autoconfigure;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import io.operations.core.OperationsTemplate;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;

/**
 * Logs a warning if a template of the application probably replaced the auto-configured
 * template by accident: the template of the application has another name and is not
 * primary.
 */
final class ReplacedTemplate implements SmartInitializingSingleton {

	private static final Log logger = LogFactory.getLog("io.operations");

	private static final String OURS = "operationsTemplate";

	private final ConfigurableListableBeanFactory beans;

	ReplacedTemplate(ConfigurableListableBeanFactory beans) {
		this.beans = beans;
	}

	@Override
	public void afterSingletonsInstantiated() {
		if (this.beans.containsBean(OURS)) {
			return;
		}
		List<String> names = Arrays.stream(this.beans.getBeanNamesForType(OperationsTemplate.class, false, false))
			.filter((name) -> isDefaultCandidate(this.beans, name))
			.toList();
		if (names.isEmpty() || names.stream().anyMatch(this::isMeant)) {
			return;
		}
		String found = names.stream().collect(Collectors.joining("', '", "'", "'"));
		logger.warn("The bean '" + OURS + "' was not created, because the application declares the OperationsTemplate "
				+ ((names.size() == 1) ? "bean " : "beans ") + found + ". An injection point without a qualifier"
				+ " therefore does not get the template that the operations.* properties configure. To keep '" + OURS
				+ "' as well, declare your template with @Bean(defaultCandidate = false). To replace '" + OURS
				+ "', mark your template @Primary or build it with name(\"operations\").");
	}

	private boolean isMeant(String name) {
		if (this.beans.containsBeanDefinition(name) && this.beans.getMergedBeanDefinition(name).isPrimary()) {
			return true;
		}
		if (!this.beans.containsSingleton(name)) {
			// The template is not created yet, and a warning is no reason to create it.
			return false;
		}
		String client = this.beans.getBean(name, OperationsTemplate.class).getName();
		// A mock in a test has no name.
		return client == null || client.equals("operations");
	}

	private static boolean isDefaultCandidate(ConfigurableListableBeanFactory beans, String name) {
		if (!beans.containsBeanDefinition(name)) {
			return true;
		}
		BeanDefinition definition = beans.getMergedBeanDefinition(name);
		return definition.isAutowireCandidate()
				&& !(definition instanceof AbstractBeanDefinition own && !own.isDefaultCandidate());
	}

}
