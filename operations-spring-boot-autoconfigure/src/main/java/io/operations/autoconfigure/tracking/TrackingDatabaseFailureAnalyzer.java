package io.operations.autoconfigure.tracking;

import io.operations.tracking.jdbc.TrackingDatabaseException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Tells an operator what to do about the database instead of showing a stack trace.
 */
final class TrackingDatabaseFailureAnalyzer extends AbstractFailureAnalyzer<TrackingDatabaseException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, TrackingDatabaseException cause) {
		return new FailureAnalysis(cause.getMessage(), cause.getRemedy(), cause);
	}

}
