package io.operations.polling;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import io.operations.Operation;
import io.operations.OperationNotFoundException;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an operation that {@link OperationPolls} is asked to poll: all that
 * the schedule needs, in a form that can be stored and read by another process.
 * Immutable.
 *
 * @param id the operation's id
 * @param kind what the operation is about, {@code null} if that is not known
 * @param accepted whether the operation began when it was handed over
 * @param since when it was handed over, by the local clock
 * @param created when it began, by the local clock: as the server told, or as of
 * {@code since}
 * @param learned up to which age the schedule has been told that it ran, {@code null} if
 * it has not been told
 * @param polls how many polls were spent
 * @param notFoundSince when the endpoint first did not know it, without having known it
 * since; {@code null} if it did at last
 * @param related the related ids that the write's answer told
 * @param lastSeen the operation as last seen, with those of these ids that the answer
 * left out; {@code null} if it never was
 * @since 0.1.0
 */
public record PolledOperation(String id, @Nullable String kind, boolean accepted, Instant since, Instant created,
		@Nullable Duration learned, int polls, @Nullable Instant notFoundSince, Map<String, String> related,
		@Nullable Operation lastSeen) {

	// The Date header has whole seconds: a younger operation may be a new one.
	private static final Duration CLOCK_RESOLUTION = Duration.ofSeconds(1);

	/**
	 * Return an operation that is handed over now.
	 * @param target what is known of it
	 * @param now the present time
	 * @return the operation, not polled yet
	 */
	public static PolledOperation of(PollingTarget target, Instant now) {
		return new PolledOperation(target.operationId(), target.kind(), target.accepted(), now, now, null, 0, null,
				target.related(), null);
	}

	/**
	 * Return how old the operation is.
	 * @param now the present time
	 * @return its age, not negative
	 */
	public Duration age(Instant now) {
		return atLeastZero(Duration.between(this.created, now));
	}

	/**
	 * Return whether it is to be believed that the endpoint does not know the operation:
	 * after it was seen only a while after the first 404, else only a while after it was
	 * handed over.
	 * @param now the present time, that of a 404
	 * @return whether to believe it
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
	 * Return the operation as it is after a poll that saw it, and what there is to be
	 * learned from that.
	 * @param snapshot what the poll saw
	 * @param now the present time
	 * @return both
	 */
	Sighting seen(OperationSnapshot snapshot, Instant now) {
		Operation operation = snapshot.operation();
		String known = (this.kind == null && !operation.related().isEmpty()) ? Kinds.of(operation.related())
				: this.kind;
		// The age is the server's; only the time since the answer is ours.
		Instant began = snapshot.age().map((age) -> earlier(now.minus(age), this.since)).orElse(this.created);
		Duration age = atLeastZero(Duration.between(began, now));
		Duration from = (this.learned != null) ? this.learned : entry(began);
		boolean learns = snapshot.hasCredibleTimes();
		Duration told = (operation.isTerminal() || !learns) ? this.learned : longer(from, age);
		PolledOperation next = new PolledOperation(this.id, known, this.accepted, this.since, began, told,
				this.polls + 1, null, this.related, AcceptedRelated.fill(operation, this.related));
		return new Sighting(next, learns ? run(next, from, age) : null);
	}

	private @Nullable ObservedRun run(PolledOperation next, Duration from, Duration age) {
		Operation operation = next.lastSeen;
		if (operation == null || operation.status() == OperationStatus.CANCELLED) {
			return null;
		}
		if (!operation.isTerminal()) {
			return (age.compareTo(from) > 0) ? new ObservedRun(next.kind, from, age, false) : null;
		}
		Duration to = atLeastZero(operation.duration().orElse(from.plus(age).dividedBy(2)));
		if (to.compareTo(from) >= 0) {
			return new ObservedRun(next.kind, from, to, true);
		}
		// What had ended before it was handed over says nothing.
		return (this.learned != null) ? new ObservedRun(next.kind, to, to, true) : null;
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

	private static Instant earlier(Instant one, Instant other) {
		return one.isBefore(other) ? one : other;
	}

	/**
	 * What a poll showed.
	 *
	 * @param operation the operation as it is now known
	 * @param run what there is to be learned, {@code null} if there is nothing
	 */
	record Sighting(PolledOperation operation, @Nullable ObservedRun run) {
	}

}
