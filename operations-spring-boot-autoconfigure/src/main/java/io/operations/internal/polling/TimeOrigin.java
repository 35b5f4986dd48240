package io.operations.internal.polling;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

import io.operations.Operation;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.polling.ObservedRun;
import org.jspecify.annotations.Nullable;

/**
 * Gives an operation one time origin, from which its age and everything that is learned
 * from it count. The origin is {@code createdAt} if the first response with plausible
 * times names it, otherwise the beginning of the wait. It stays the same when a later
 * response names another time, because the ages learned so far count from it.
 */
final class TimeOrigin {

	// The Date header has whole seconds, and a response takes time to arrive. An
	// operation that seems to have begun after the wait by less than this began with the
	// wait.
	private static final long TOLERANCE = 2000;

	private static final Duration CLOCK_RESOLUTION = Duration.ofSeconds(1);

	private TimeOrigin() {
	}

	/**
	 * Return the age of an operation whose origin is not settled yet.
	 * @param snapshot the response that shows the operation
	 * @param waited the time since the wait began, in milliseconds
	 * @param known the age as far as it was known before the response, in milliseconds
	 * @return the age in milliseconds
	 */
	static long age(OperationSnapshot snapshot, long waited, long known) {
		long age = snapshot.age().map(Duration::toMillis).orElse(-1L);
		if (age < 0) {
			return known;
		}
		if (waited - age < TOLERANCE) {
			return Math.max(age, waited);
		}
		return isLaterThanTheResponse(snapshot) ? known : age;
	}

	// If an operation is created after the response that shows it, the clocks of the
	// server differ, and the age is not known.
	private static boolean isLaterThanTheResponse(OperationSnapshot snapshot) {
		Instant created = snapshot.operation().createdAt();
		return created != null && created.isAfter(snapshot.serverTime().plus(CLOCK_RESOLUTION));
	}

	/**
	 * Return what a response confirms about the run of an operation.
	 * @param kind the kind of the operation, {@code null} if it is unknown
	 * @param snapshot the response, with plausible times
	 * @param from the age up to which the operation was known to be running, in
	 * milliseconds
	 * @param age the present age, in milliseconds
	 * @param sawRunning whether an earlier response showed the operation running
	 * @param before the operation as seen before, {@code null} if this is the first time
	 * @return the run, {@code null} if there is nothing to learn
	 */
	static @Nullable ObservedRun run(@Nullable String kind, OperationSnapshot snapshot, long from, long age,
			boolean sawRunning, @Nullable Operation before) {
		Operation operation = snapshot.operation();
		if (operation.status() == OperationStatus.CANCELLED) {
			return null;
		}
		if (!operation.isTerminal()) {
			return (age > from) ? run(kind, from, age, false) : null;
		}
		long halfway = (from + age) / 2;
		long to = operation.duration().map(Duration::toMillis).orElse(halfway);
		// A duration that is longer than the age includes the time for which the
		// operation was scheduled.
		boolean isTooLong = to > age + TOLERANCE;
		boolean moved = sawRunning
				&& (isTooLong || (before != null && !Objects.equals(before.createdAt(), operation.createdAt())));
		if (to >= from && !moved) {
			return run(kind, from, to, true);
		}
		// Nothing is learned from an operation that had ended before the wait began: the
		// wait saw no part of its run.
		if (!sawRunning) {
			return null;
		}
		// The server counts the duration from another moment than the ages that were
		// learned.
		long end = age - snapshot.sinceCompletion().map(Duration::toMillis).orElse(age - halfway);
		return run(kind, from, Math.max(from, end), true);
	}

	private static ObservedRun run(@Nullable String kind, long from, long to, boolean ended) {
		return new ObservedRun(kind, Duration.ofMillis(from), Duration.ofMillis(to), ended);
	}

}
