package io.operations.autoconfigure;

import java.util.Arrays;

import io.operations.core.OperationsClients;
import io.operations.core.OperationsTemplate;

import org.springframework.beans.factory.annotation.BeanFactoryAnnotationUtils;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * The process of an application after ahead-of-time processing.
 */
public final class AheadOfTimeRun {

	private AheadOfTimeRun() {
	}

	public static void main(String[] args) throws ReflectiveOperationException {
		try (GenericApplicationContext context = new GenericApplicationContext()) {
			TestPropertyValues.of("operations.api-key=SK1", "operations.api-key-secret=s1")
				.and(Arrays.copyOfRange(args, 1, args.length))
				.applyTo(context);
			initializer(args[0]).initialize(context);
			context.refresh();
			System.out.println("names: " + context.getBean(OperationsClients.class).names());
			System.out.println("default: " + context.getBean(OperationsTemplate.class).getName());
			OperationsTemplate campaigns = BeanFactoryAnnotationUtils.qualifiedBeanOfType(context.getBeanFactory(),
					OperationsTemplate.class, "campaigns");
			System.out.println("qualified: " + campaigns.getName());
			System.out.println("webClient: " + campaigns.getWebClient()
				.equals(BeanFactoryAnnotationUtils.qualifiedBeanOfType(context.getBeanFactory(), WebClient.class,
						"campaigns")));
		}
	}

	@SuppressWarnings("unchecked")
	private static ApplicationContextInitializer<GenericApplicationContext> initializer(String name)
			throws ReflectiveOperationException {
		return (ApplicationContextInitializer<GenericApplicationContext>) Class.forName(name)
			.getDeclaredConstructor()
			.newInstance();
	}

}
