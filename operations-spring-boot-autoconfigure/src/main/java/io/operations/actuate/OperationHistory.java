package io.operations.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;

import io.operations.Operation;
import io.operations.internal.polling.PollEvent;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the latest events of one operation in less than 512 bytes, without deliveries.
 * Thread-safe.
 */
final class OperationHistory {

	/**
	 * The number of polls that are kept.
	 */
	static final int POLLS = 20;

	private static final int CHANGES = 8;

	// Three small numbers fit into one.
	private static final int STATUS = 8;

	private static final int FAULT = 16;

	private static final int MASK = 0xff;

	private final String client;

	private final String operationId;

	private final long since;

	private volatile long last;

	private volatile boolean failing;

	private volatile boolean ended;

	private volatile boolean delivered;

	// All below is guarded by "this". The times in the rings count from here.
	private long origin;

	// Each row: the time, how late the poll was, and the numbers of outcome, status and
	// fault.
	private final Ring polls = new Ring(3, POLLS);

	// Each row: the time and the number of the status.
	private final Ring changes = new Ring(2, CHANGES);

	private int status;

	private @Nullable DeliveryHistory deliveries;

	/**
	 * Create an empty history.
	 * @param client the name of the client
	 * @param operationId the operation's id
	 * @param since when the wait or the tracking began, in milliseconds since the epoch
	 * @param now the present time
	 */
	OperationHistory(String client, String operationId, long since, long now) {
		this.client = client;
		this.operationId = operationId;
		this.since = since;
		this.origin = now;
		this.last = now;
	}

	String client() {
		return this.client;
	}

	String operationId() {
		return this.operationId;
	}

	long since() {
		return this.since;
	}

	/**
	 * Return the time of the latest event.
	 * @return the time in milliseconds since the epoch
	 */
	long last() {
		return this.last;
	}

	/**
	 * Return whether the last delivery failed, or the last poll failed for a reason that
	 * concerns this operation only.
	 * @return whether the operation is failing
	 */
	boolean isFailing() {
		return this.failing;
	}

	void ended() {
		this.ended = true;
		// The faults of its polls do not matter any more.
		this.failing = false;
	}

	boolean hasEnded() {
		return this.ended;
	}

	boolean isDelivered() {
		return this.delivered;
	}

	synchronized void polled(PollEvent poll, Symbols statuses, Symbols faults) {
		this.last = poll.time();
		this.failing = PollOutcome.concernsOperation(poll.fault());
		this.ended = false;
		this.delivered = false;
		Operation seen = poll.seen();
		Operation before = poll.before();
		int now = offset(poll.time());
		if (this.status == 0 && before != null) {
			this.status = statuses.number(before.statusText());
		}
		int number = (seen != null) ? statuses.number(seen.statusText()) : 0;
		if (number != 0 && number != this.status) {
			this.changes.add(now, number);
			this.status = number;
		}
		int fault = faults.number(PollOutcome.text(poll.fault()));
		this.polls.add(now, Ring.clamp(poll.time() - poll.due()),
				PollOutcome.of(poll.fault()).number() | (number << STATUS) | (fault << FAULT));
	}

	// The times in the rings fit for 24 days. Then they count from a later time.
	private int offset(long time) {
		long offset = time - this.origin;
		if (offset != (int) offset) {
			this.polls.shift(offset);
			this.changes.shift(offset);
			this.origin = time;
			return 0;
		}
		return (int) offset;
	}

	/**
	 * Record a delivery.
	 * @param time the time in milliseconds since the epoch
	 * @param fault why the delivery failed, {@code null} if it succeeded
	 */
	synchronized void delivered(long time, @Nullable String fault) {
		this.last = time;
		this.failing = fault != null;
		this.ended = true;
		this.delivered = fault == null;
		if (this.deliveries == null) {
			this.deliveries = new DeliveryHistory();
		}
		this.deliveries.add(time, fault);
	}

	/**
	 * Return when the operation got its present status.
	 * @return the time, {@code null} if this instance did not see it
	 */
	synchronized @Nullable Instant statusSince() {
		return (this.changes.size() > 0) ? time(this.changes.get(this.changes.size() - 1, 0)) : null;
	}

	/**
	 * Return the events.
	 * @param statuses the texts of statuses
	 * @param faults the texts of faults of polls
	 * @param nextPoll when the next poll is due, {@code null} if there is none
	 * @param shown returns the text of a fault as it may be shown
	 * @return the events, the oldest first
	 */
	synchronized List<HistoryEvent> events(Symbols statuses, Symbols faults, @Nullable Instant nextPoll,
			UnaryOperator<@Nullable String> shown) {
		List<HistoryEvent> events = new ArrayList<>();
		for (int i = 0; i < this.polls.size(); i++) {
			int marks = this.polls.get(i, 2);
			Instant time = time(this.polls.get(i, 0));
			events.add(new HistoryEvent(time, "poll", PollOutcome.of(marks & MASK).toString(),
					statuses.text((marks >> STATUS) & MASK), delay(time, nextDue(i, nextPoll)),
					shown.apply(faults.text((marks >> FAULT) & MASK))));
		}
		for (int i = 0; i < this.changes.size(); i++) {
			events.add(new HistoryEvent(time(this.changes.get(i, 0)), "status", null,
					statuses.text(this.changes.get(i, 1)), null, null));
		}
		if (this.deliveries != null) {
			this.deliveries.addTo(events, shown);
		}
		events.sort(Comparator.comparing(HistoryEvent::time));
		return events;
	}

	// The next poll knows how late it was, so its planned time need not be kept.
	private @Nullable Instant nextDue(int poll, @Nullable Instant nextPoll) {
		return (poll + 1 < this.polls.size())
				? time(this.polls.get(poll + 1, 0)).minusMillis(this.polls.get(poll + 1, 1)) : nextPoll;
	}

	private static @Nullable Duration delay(Instant time, @Nullable Instant next) {
		return (next != null && !next.isBefore(time)) ? Duration.between(time, next) : null;
	}

	private Instant time(int offset) {
		return Instant.ofEpochMilli(this.origin + offset);
	}

}
