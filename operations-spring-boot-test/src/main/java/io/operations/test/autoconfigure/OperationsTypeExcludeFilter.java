package io.operations.test.autoconfigure;

import java.util.Set;

import io.operations.OperationFetcherDecorator;
import io.operations.OperationsListener;
import io.operations.autoconfigure.OperationsConnectorDecorator;
import io.operations.autoconfigure.OperationsTemplateBuilderCustomizer;
import io.operations.polling.PollingSchedule;

import org.springframework.boot.test.context.filter.annotation.StandardAnnotationCustomizableTypeExcludeFilter;

/**
 * Type exclude filter of {@link OperationsTest}.
 */
final class OperationsTypeExcludeFilter extends StandardAnnotationCustomizableTypeExcludeFilter<OperationsTest> {

	private static final Set<Class<?>> CUSTOMIZERS = Set.of(OperationsTemplateBuilderCustomizer.class,
			OperationsConnectorDecorator.class, OperationFetcherDecorator.class, OperationsListener.class,
			PollingSchedule.class);

	private final Class<?>[] components;

	OperationsTypeExcludeFilter(Class<?> testClass) {
		super(testClass);
		this.components = getAnnotation().getValue("components", Class[].class).orElseGet(() -> new Class<?>[0]);
	}

	@Override
	protected Set<Class<?>> getKnownIncludes() {
		return CUSTOMIZERS;
	}

	@Override
	protected Set<Class<?>> getComponentIncludes() {
		return Set.of(this.components);
	}

}
