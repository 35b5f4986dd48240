package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Stores the durations that the schedule has learned. The next holder of the lease loads
 * them.
 */
final class LearnedStore {

	private static final Log logger = LogFactory.getLog(LearnedStore.class);

	private static final String RECALLING = "load what was learned";

	private final Held held;

	private final FencedRows fenced;

	private final RowReader reader;

	private final DatabaseCalls calls;

	private final WorkFaults faults;

	// The durations in the table, as far as this instance knows.
	private volatile Map<String, List<Duration>> known = Map.of();

	// Whether this instance has loaded the durations of the previous holder.
	private volatile boolean recalled;

	private volatile boolean failed;

	LearnedStore(Held held, FencedRows fenced, RowReader reader, DatabaseCalls calls, WorkFaults faults) {
		this.held = held;
		this.fenced = fenced;
		this.reader = reader;
		this.calls = calls;
		this.faults = faults;
	}

	/**
	 * Begin with a new lease.
	 */
	void reset() {
		this.recalled = false;
		this.failed = false;
	}

	/**
	 * Let the schedule learn what another instance has stored.
	 * @param stored the durations that the table contains
	 */
	void learn(Map<String, List<Duration>> stored) {
		Map<String, List<Duration>> news = new HashMap<>(stored);
		news.entrySet().removeIf((kind) -> kind.getValue().equals(this.known.get(kind.getKey())));
		this.held.learn(news);
		this.known = Map.copyOf(stored);
	}

	/**
	 * Learn the durations of the previous holder.
	 */
	void recall() {
		try {
			learn(this.reader.learned());
			this.recalled = true;
			this.failed = false;
			this.faults.succeeded(RECALLING);
		}
		catch (RuntimeException ex) {
			this.failed = true;
			this.faults.failed(RECALLING, ex);
		}
	}

	/**
	 * Learn the durations of the previous holder again after a failure.
	 */
	void retry() {
		if (this.failed) {
			recall();
		}
	}

	/**
	 * Store what this instance has learned, unless it is stored already. Stores nothing
	 * before this instance knows what it would replace.
	 * @param epoch the epoch of the lease
	 */
	void store(long epoch) {
		Map<String, List<Duration>> learned = this.held.samples();
		if (!this.recalled || learned.isEmpty() || learned.equals(this.known)) {
			return;
		}
		try {
			this.calls.once("flush", () -> {
				this.fenced.learned(epoch, learned);
				return null;
			});
			this.known = learned;
		}
		catch (RuntimeException ex) {
			logger.debug("Learned durations are stored later.", ex);
		}
	}

}
