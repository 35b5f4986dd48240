package io.operations.autoconfigure.web;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Configuration properties of the responses to the application's own HTTP callers
 * ({@code operations.web.*}).
 *
 * @since 0.1.0
 */
@ConfigurationProperties("operations.web")
public class OperationsWebProperties {

	/**
	 * Whether to answer with RFC 9457 problem details if a controller throws an exception
	 * of the library. Handlers of the application take precedence.
	 */
	private boolean problemDetails = false;

	public boolean isProblemDetails() {
		return this.problemDetails;
	}

	public void setProblemDetails(boolean problemDetails) {
		this.problemDetails = problemDetails;
	}

}
