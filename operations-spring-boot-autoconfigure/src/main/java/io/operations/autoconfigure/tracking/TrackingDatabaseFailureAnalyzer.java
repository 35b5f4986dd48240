package io.operations.autoconfigure.tracking;

import io.operations.internal.tracking.jdbc.TrackingDatabaseException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Reports a problem with the database and the action to take instead of a stack trace.
 */
final class TrackingDatabaseFailureAnalyzer extends AbstractFailureAnalyzer<TrackingDatabaseException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, TrackingDatabaseException cause) {
		return new FailureAnalysis(cause.getMessage(), cause.getAction(), cause);
	}

}
