package io.operations.actuate;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/**
 * Keeps the histories of at most 1,000 operations: of the oldest ones, and of those that
 * fail. If there is no place left, an operation whose outcome is delivered makes room
 * first. Then the youngest one that does not fail makes room for an older one, and for
 * one that fails. If all fail, the youngest one makes room for an older one that fails.
 * An operation without an event for a day counts as delivered: nobody reported its end.
 * Thread-safe.
 */
final class Histories {

	/**
	 * The maximum number of histories.
	 */
	static final int MOST = 1000;

	private static final long SILENCE = Duration.ofDays(1).toMillis();

	private static final long LOOK = Duration.ofMinutes(1).toMillis();

	private static final long NONE = Long.MIN_VALUE;

	private static final long ALL = Long.MAX_VALUE;

	// By client and id.
	private final Map<String, Map<String, OperationHistory>> histories = new ConcurrentHashMap<>();

	// Without a place, an operation that does not fail and began at this time or later is
	// refused without a look at the others.
	private volatile long youngest = ALL;

	// The same for an operation that fails.
	private volatile long youngestFailing = ALL;

	private volatile long lookAt = Long.MIN_VALUE;

	// Guarded by "this".
	private int size;

	@Nullable OperationHistory get(String client, String operationId) {
		Map<String, OperationHistory> ofClient = this.histories.get(client);
		return (ofClient != null) ? ofClient.get(operationId) : null;
	}

	/**
	 * Return the history of an operation. Begins one if there is a place.
	 * @param client the name of the client
	 * @param operationId the operation's id
	 * @param since when the wait or the tracking began, in milliseconds since the epoch
	 * @param isFailing whether the operation fails
	 * @param now the present time, in milliseconds since the epoch
	 * @return the history, {@code null} if the operation is not among those that have one
	 */
	@Nullable OperationHistory enter(String client, String operationId, long since, boolean isFailing, long now) {
		OperationHistory known = get(client, operationId);
		if (known != null) {
			return known;
		}
		if (since >= (isFailing ? this.youngestFailing : this.youngest) && now < this.lookAt) {
			return null;
		}
		return add(client, operationId, since, isFailing, now);
	}

	private synchronized @Nullable OperationHistory add(String client, String operationId, long since,
			boolean isFailing, long now) {
		OperationHistory known = get(client, operationId);
		if (known != null) {
			return known;
		}
		if (this.size >= MOST && !makeRoom(since, isFailing, now)) {
			return null;
		}
		OperationHistory added = new OperationHistory(client, operationId, since, now);
		this.histories.computeIfAbsent(client, (name) -> new ConcurrentHashMap<>()).put(operationId, added);
		this.size++;
		return added;
	}

	private boolean makeRoom(long since, boolean isFailing, long now) {
		OperationHistory done = null;
		OperationHistory open = null;
		OperationHistory failing = null;
		for (Map<String, OperationHistory> ofClient : this.histories.values()) {
			for (OperationHistory history : ofClient.values()) {
				if (history.isDelivered() || now - history.last() > SILENCE) {
					done = (done == null || history.last() < done.last()) ? history : done;
				}
				else if (history.isFailing()) {
					failing = (failing == null || history.since() > failing.since()) ? history : failing;
				}
				else {
					open = (open == null || history.since() > open.since()) ? history : open;
				}
			}
		}
		OperationHistory left = done;
		if (left == null && open != null && (isFailing || since < open.since())) {
			left = open;
		}
		if (left == null && isFailing && failing != null && since < failing.since()) {
			left = failing;
		}
		if (left != null) {
			remove(left.client(), left.operationId());
			return true;
		}
		this.youngest = (open != null) ? open.since() : NONE;
		this.youngestFailing = (open == null && failing != null) ? failing.since() : ALL;
		this.lookAt = now + LOOK;
		return false;
	}

	/**
	 * Note that an operation makes room sooner than before, because it no longer fails or
	 * its outcome is delivered.
	 */
	void eased() {
		this.youngest = ALL;
		this.youngestFailing = ALL;
	}

	/**
	 * Return the number of histories.
	 * @return the number of histories
	 */
	synchronized int size() {
		return this.size;
	}

	void remove(String client, String operationId) {
		if (get(client, operationId) == null) {
			return;
		}
		synchronized (this) {
			Map<String, OperationHistory> ofClient = this.histories.get(client);
			if (ofClient != null && ofClient.remove(operationId) != null) {
				this.size--;
				eased();
			}
		}
	}

	/**
	 * Remove the histories of a client.
	 * @param client the name of the client
	 * @param isOnlyOpen whether to keep those of operations that have ended
	 */
	synchronized void removeAll(String client, boolean isOnlyOpen) {
		Map<String, OperationHistory> ofClient = this.histories.get(client);
		if (ofClient != null) {
			ofClient.values().removeIf((history) -> !isOnlyOpen || !history.hasEnded());
			this.size = this.histories.values().stream().mapToInt(Map::size).sum();
			eased();
		}
	}

}
