package io.operations.benchmarks.load;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An operation at the server, and when a client was first told that it had ended.
 */
final class StubOperation {

	private static final String RELATED = "\"related\":{\"configurationId\":"
			+ "\"conv_configuration_01h9d8r0vte3hz8tykdj329t7r\"}";

	private final String id;

	private final long durationNanos;

	private final long acceptedNanos = System.nanoTime();

	private final Instant accepted = Instant.now().truncatedTo(ChronoUnit.MILLIS);

	// From the end on, so that 0 can say "never".
	private final AtomicLong lag = new AtomicLong();

	StubOperation(String id, double seconds) {
		this.id = id;
		this.durationNanos = (long) (seconds * 1e9);
	}

	/**
	 * Tell a client how the operation is.
	 * @param baseUrl the URL that the server is reached by
	 * @return the JSON
	 */
	String tell(String baseUrl) {
		long since = sinceEnd();
		boolean ended = since > 0;
		if (ended) {
			this.lag.compareAndSet(0, since);
		}
		String completed = ended ? "\"" + this.accepted.plusNanos(this.durationNanos) + "\"" : "null";
		return "{\"operationId\":\"" + this.id + "\",\"status\":\"" + (ended ? "COMPLETED" : "RUNNING")
				+ "\",\"createdAt\":\"" + this.accepted + "\",\"completedAt\":" + completed + ",\"statusUrl\":\""
				+ baseUrl + "/v2/ControlPlane/Operations/" + this.id + "\"," + RELATED + ",\"error\":null}";
	}

	/**
	 * Tell the client that began it.
	 * @param baseUrl the URL that the server is reached by
	 * @return the JSON
	 */
	String tellAccepted(String baseUrl) {
		return "{\"operationId\":\"" + this.id + "\",\"statusUrl\":\"" + baseUrl + "/v2/ControlPlane/Operations/"
				+ this.id + "\"," + RELATED + "}";
	}

	boolean isTold() {
		return this.lag.get() > 0;
	}

	/**
	 * Return how long its end went, or has gone, untold.
	 * @return the time in seconds, 0 if it still runs
	 */
	double lag() {
		return (isTold() ? this.lag.get() : Math.max(0, sinceEnd())) / 1e9;
	}

	private long sinceEnd() {
		return System.nanoTime() - this.acceptedNanos - this.durationNanos;
	}

}
