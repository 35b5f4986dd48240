package io.operations.autoconfigure.metrics;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Configuration properties of the meters ({@code operations.metrics.*}).
 *
 * @since 0.1.0
 */
@ConfigurationProperties("operations.metrics")
public class OperationsMetricsProperties {

	/**
	 * Whether to publish the histograms that the Grafana dashboard of the library shows:
	 * of fetches, writes, waits, durations and detection delays. Properties below
	 * management.metrics.distribution take precedence.
	 */
	private boolean histograms = false;

	public boolean isHistograms() {
		return this.histograms;
	}

	public void setHistograms(boolean histograms) {
		this.histograms = histograms;
	}

}
