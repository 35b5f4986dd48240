package io.operations.internal.polling;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import io.operations.Operation;
import io.operations.OperationNotFoundException;
import io.operations.OperationSnapshot;
import io.operations.polling.ObservedRun;
import org.jspecify.annotations.Nullable;

/**
 * Describes an operation that the template polls for another component. It holds
 * everything that the schedule needs, so that it can be stored and read by another
 * process. Immutable.
 *
 * @param id the operation's id
 * @param kind the kind of the operation, {@code null} if it is unknown
 * @param accepted whether the operation began when it was handed over
 * @param since the time at which the operation was handed over, by the local clock
 * @param created the time from which the age of the operation counts, by the local clock.
 * If the operation was scheduled, it is the time of the first response that is not
 * SCHEDULED. Otherwise it is derived from the time that the first response names or, if
 * that is not possible, is the same as {@code since}.
 * @param learned the age up to which the schedule has learned that the operation ran,
 * {@code null} if it has learned nothing from this operation
 * @param polls the number of polls so far
 * @param notFoundSince the time of the first 404 since the operation was last seen,
 * {@code null} if there was none
 * @param related the related ids that the response to the write named
 * @param lastSeen the operation as last seen, completed by {@code related}; {@code null}
 * if no poll has seen it yet
 * @since 0.1.0
 */
public record PolledOperation(String id, @Nullable String kind, boolean accepted, Instant since, Instant created,
		@Nullable Duration learned, int polls, @Nullable Instant notFoundSince, Map<String, String> related,
		@Nullable Operation lastSeen) {

	// The Date header has whole seconds, so a difference below a second means nothing.
	private static final Duration CLOCK_RESOLUTION = Duration.ofSeconds(1);

	public PolledOperation {
		lastSeen = AcceptedRelated.fillIfSeen(lastSeen, related);
	}

	/**
	 * Return an operation that is handed over now.
	 * @param target the operation as known so far
	 * @param now the present time
	 * @return the operation, not polled yet
	 */
	public static PolledOperation of(PollingTarget target, Instant now) {
		return new PolledOperation(target.operationId(), target.kind(), target.accepted(), now, now, null, 0, null,
				target.related(), null);
	}

	/**
	 * Return the age of the operation.
	 * @param now the present time
	 * @return the age, not negative
	 */
	public Duration age(Instant now) {
		return atLeastZero(Duration.between(this.created, now));
	}

	/**
	 * Return whether the operation begins at a later time, as far as the last poll has
	 * shown.
	 * @return {@code true} if the operation was last seen as SCHEDULED
	 */
	public boolean isScheduled() {
		return this.lastSeen != null && this.lastSeen.isScheduled();
	}

	/**
	 * Return whether a 404 means that the operation no longer exists. If the operation
	 * was seen before, the answer is yes from five seconds after the first 404 on.
	 * Otherwise it is yes from a minute after the operation was handed over.
	 * @param now the present time, at which a poll got a 404
	 * @return {@code true} if the operation no longer exists
	 */
	public boolean isGone(Instant now) {
		return this.notFoundSince != null && NotFound.isBelieved(this.lastSeen != null,
				Duration.between(this.since, now).toMillis(), Duration.between(this.notFoundSince, now).toMillis());
	}

	PolledOperation failed(Throwable fault, Instant now) {
		Instant first = (this.notFoundSince == null && fault instanceof OperationNotFoundException) ? now
				: this.notFoundSince;
		return new PolledOperation(this.id, this.kind, this.accepted, this.since, this.created, this.learned,
				this.polls + 1, first, this.related, this.lastSeen);
	}

	/**
	 * Return the operation after a poll that saw it, and the run to learn from.
	 * @param snapshot the response to the poll
	 * @param now the present time
	 * @return the operation and the run
	 */
	Sighting seen(OperationSnapshot snapshot, Instant now) {
		Operation operation = snapshot.operation();
		String known = (this.kind == null && !operation.related().isEmpty()) ? Kinds.of(operation.related())
				: this.kind;
		if (operation.isScheduled() || isScheduled()) {
			return begin(operation, known, now);
		}
		Instant began = (this.learned != null) ? this.created
				: now.minusMillis(TimeOrigin.age(snapshot, between(this.since, now), between(this.created, now)));
		Duration age = atLeastZero(Duration.between(began, now));
		Duration from = (this.learned != null) ? this.learned : entry(began);
		boolean learns = snapshot.hasCredibleTimes();
		Duration told = (operation.isTerminal() || !learns) ? this.learned : longer(from, age);
		PolledOperation next = new PolledOperation(this.id, known, this.accepted, this.since, began, told,
				this.polls + 1, null, this.related, operation);
		return new Sighting(next, learns
				? TimeOrigin.run(known, snapshot, from.toMillis(), age.toMillis(), this.learned != null, this.lastSeen)
				: null);
	}

	// The run begins with the first response that is not SCHEDULED. The schedule learns
	// nothing from the time before it. If this response is already terminal, it learns
	// nothing from the run either.
	private Sighting begin(Operation operation, @Nullable String known, Instant now) {
		boolean runs = !operation.isScheduled() && !operation.isTerminal();
		return new Sighting(new PolledOperation(this.id, known, this.accepted, this.since, now,
				runs ? Duration.ZERO : null, this.polls + 1, null, this.related, operation), null);
	}

	private static long between(Instant from, Instant to) {
		return Duration.between(from, to).toMillis();
	}

	private Duration entry(Instant began) {
		return this.accepted ? Duration.ZERO : atLeastZero(Duration.between(began, this.since).minus(CLOCK_RESOLUTION));
	}

	private static Duration atLeastZero(Duration duration) {
		return duration.isNegative() ? Duration.ZERO : duration;
	}

	private static Duration longer(Duration one, Duration other) {
		return (one.compareTo(other) >= 0) ? one : other;
	}

	/**
	 * Holds the result of a poll.
	 *
	 * @param operation the operation as known after the poll
	 * @param run the run to learn from, {@code null} if there is nothing to learn
	 */
	record Sighting(PolledOperation operation, @Nullable ObservedRun run) {
	}

}
