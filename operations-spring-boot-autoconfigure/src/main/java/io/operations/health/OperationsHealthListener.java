package io.operations.health;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.operations.OperationNotFoundException;
import io.operations.OperationSnapshot;
import io.operations.OperationsActivity;
import io.operations.OperationsException;
import io.operations.OperationsListener;
import io.operations.OperationsUnavailableException;
import org.jspecify.annotations.Nullable;

/**
 * Records the results of the calls of each client.
 *
 * @since 0.1.0
 */
public final class OperationsHealthListener implements OperationsListener {

	private final Map<String, Showing> records = new ConcurrentHashMap<>();

	private final Clock clock;

	/**
	 * Create the listener.
	 * @param clock the clock for the times of the results
	 */
	public OperationsHealthListener(Clock clock) {
		this.clock = clock;
	}

	@Override
	public void opened(String client, OperationsActivity activity) {
		this.records.put(client, new Showing(activity));
	}

	@Override
	public void closed(String client) {
		this.records.remove(client);
	}

	@Override
	public void fetched(String client, OperationSnapshot snapshot) {
		answered(client);
	}

	@Override
	public void failed(String client, String operationId, Throwable fault) {
		if (fault instanceof OperationNotFoundException) {
			// The server answered and accepted the credentials.
			answered(client);
			return;
		}
		Showing kept = this.records.get(client);
		if (kept != null && (fault instanceof OperationsUnavailableException || isAnswer(fault))) {
			kept.lastFault = fault;
			kept.lastFaultAt = this.clock.instant();
		}
	}

	@Override
	public void pauseBegan(String client, Duration pause) {
		Showing kept = this.records.get(client);
		if (kept != null) {
			kept.paused = true;
			if (kept.throttledSince == null) {
				kept.throttledSince = this.clock.instant();
			}
		}
	}

	@Override
	public void operatorPauseBegan(String client, Duration pause) {
		Showing kept = this.records.get(client);
		if (kept != null && kept.pausedByOperatorSince == null) {
			kept.pausedByOperatorSince = this.clock.instant();
		}
	}

	@Override
	public void pauseEnded(String client) {
		Showing kept = this.records.get(client);
		if (kept != null) {
			kept.paused = false;
			kept.pausedByOperatorSince = null;
		}
	}

	// A request that was never sent says nothing about the server.
	private static boolean isAnswer(Throwable fault) {
		return fault instanceof OperationsException known && known.getStatusCode() != null;
	}

	private void answered(String client) {
		Showing kept = this.records.get(client);
		if (kept != null) {
			kept.lastSuccessAt = this.clock.instant();
			// A response during a pause belongs to a request from before it.
			if (!kept.paused) {
				kept.throttledSince = null;
			}
		}
	}

	@Nullable Showing showing(@Nullable String client) {
		return (client != null) ? this.records.get(client) : null;
	}

	Duration since(Instant time) {
		return Duration.between(time, this.clock.instant());
	}

	/**
	 * Holds the results of a client's calls. The threads of the calls write the results,
	 * and the thread of the health endpoint reads them. The next call corrects a lost
	 * update.
	 */
	static final class Showing {

		final OperationsActivity activity;

		volatile @Nullable Instant lastSuccessAt;

		volatile @Nullable Instant lastFaultAt;

		volatile @Nullable Throwable lastFault;

		volatile @Nullable Instant throttledSince;

		volatile @Nullable Instant pausedByOperatorSince;

		volatile boolean paused;

		Showing(OperationsActivity activity) {
			this.activity = activity;
		}

	}

}
