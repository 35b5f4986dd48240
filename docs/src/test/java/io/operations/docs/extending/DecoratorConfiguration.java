package io.operations.docs.extending;

import io.operations.OperationFetcherDecorator;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Audits each successful attempt.
 */
@Configuration(proxyBeanMethods = false)
class DecoratorConfiguration {

	@Bean
	OperationFetcherDecorator auditDecorator(Audit audit) {
		return (next) -> (operationId) -> next.fetch(operationId).doOnSuccess((snapshot) -> audit.fetched(operationId));
	}

	/**
	 * The audit log of an application.
	 */
	interface Audit {

		void fetched(String operationId);

	}

}
