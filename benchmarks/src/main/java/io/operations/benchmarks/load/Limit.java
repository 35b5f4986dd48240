package io.operations.benchmarks.load;

import java.time.Duration;

import io.operations.resilience.RateLimitSettings;

/**
 * What the server allows an account.
 */
enum Limit {

	/**
	 * Everything.
	 */
	NONE("none", Duration.ofMillis(5), 1000),

	/**
	 * Requests in a second.
	 */
	RATE("20/s", Duration.ofMillis(5), 20),

	/**
	 * Requests under way. The client is told of more than that, so that it has to learn
	 * from refusals.
	 */
	CONCURRENCY("10-at-once", Duration.ofMillis(50), 200),

	/**
	 * Everything, but 5 % of the requests get 429 and 5 % get 503 at random.
	 */
	FAULTS("faults", Duration.ofMillis(5), 1000);

	private final String text;

	private final Duration serverTime;

	private final int rate;

	Limit(String text, Duration serverTime, int rate) {
		this.text = text;
		this.serverTime = serverTime;
		this.rate = rate;
	}

	/**
	 * Return how long the server takes over a request.
	 * @return the time
	 */
	Duration serverTime() {
		return this.serverTime;
	}

	/**
	 * Return what an application would set for such an account.
	 * @return the settings
	 */
	RateLimitSettings settings() {
		return new RateLimitSettings(this.rate, 16, 10_000);
	}

	Gate gate() {
		return switch (this) {
			case NONE, FAULTS -> new Gate(Integer.MAX_VALUE);
			case RATE -> new TokenGate(20, 5);
			case CONCURRENCY -> new Gate(10);
		};
	}

	Faults faults() {
		return (this == FAULTS) ? new Faults(0.05, 0.05) : new Faults(0, 0);
	}

	@Override
	public String toString() {
		return this.text;
	}

}
