package io.operations.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Tells an operator what to set instead of showing a stack trace.
 */
final class OperationsConfigurationFailureAnalyzer extends AbstractFailureAnalyzer<OperationsConfigurationException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, OperationsConfigurationException cause) {
		return new FailureAnalysis(cause.getMessage(), cause.getRemedy(), cause);
	}

}
