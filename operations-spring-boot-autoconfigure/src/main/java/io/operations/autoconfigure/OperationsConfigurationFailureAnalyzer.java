package io.operations.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Shows the operator what to configure, instead of a stack trace.
 */
final class OperationsConfigurationFailureAnalyzer extends AbstractFailureAnalyzer<OperationsConfigurationException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, OperationsConfigurationException cause) {
		return new FailureAnalysis(cause.getMessage(), cause.getAction(), cause);
	}

}
