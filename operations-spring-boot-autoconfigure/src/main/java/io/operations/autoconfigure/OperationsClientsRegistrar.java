package io.operations.autoconfigure;

import io.operations.core.OperationsTemplate;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.RuntimeBeanReference;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Registers the beans of each client that {@code operations.clients.*} configures: its
 * {@link OperationsTemplate} and its {@link WebClient}. An application injects both by
 * the client's name as their qualifier. Neither is a default candidate, so that an
 * injection point without a qualifier still gets the auto-configured template.
 * <p>
 * The definitions name a factory method, because ahead-of-time processing cannot write
 * code for an instance supplier.
 */
final class OperationsClientsRegistrar implements ImportBeanDefinitionRegistrar {

	private static final String PREFIX = "io.operations.client.";

	private final Environment environment;

	OperationsClientsRegistrar(Environment environment) {
		this.environment = environment;
	}

	/**
	 * Return the name of the bean of a client.
	 * @param client the name of the client
	 * @return the name of its template
	 */
	static String beanName(String client) {
		return PREFIX + client;
	}

	/**
	 * Return the client that a bean belongs to.
	 * @param beanName the name of the bean of a template
	 * @return the name of the client, {@code null} if no property configures it
	 */
	static @Nullable String client(String beanName) {
		return beanName.startsWith(PREFIX) ? beanName.substring(PREFIX.length()) : null;
	}

	@Override
	public void registerBeanDefinitions(AnnotationMetadata importing, BeanDefinitionRegistry registry) {
		for (String client : ClientNames.of(this.environment)) {
			RootBeanDefinition template = definition(client, OperationsTemplate.class, "template", client);
			registry.registerBeanDefinition(beanName(client), template);
			RootBeanDefinition webClient = definition(client, WebClient.class, "webClient",
					new RuntimeBeanReference(beanName(client)));
			registry.registerBeanDefinition(beanName(client) + ".webClient", webClient);
		}
	}

	private static RootBeanDefinition definition(String client, Class<?> type, String factoryMethod, Object argument) {
		RootBeanDefinition definition = new RootBeanDefinition(type);
		definition.setFactoryBeanName(OperationsClientFactory.BEAN_NAME);
		definition.setFactoryMethodName(factoryMethod);
		definition.getConstructorArgumentValues().addIndexedArgumentValue(0, argument);
		definition.addQualifier(new AutowireCandidateQualifier(Qualifier.class, client));
		definition.setDefaultCandidate(false);
		return definition;
	}

}
