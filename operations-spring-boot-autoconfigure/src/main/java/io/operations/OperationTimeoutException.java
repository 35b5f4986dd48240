package io.operations;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.Objects;

import io.operations.internal.KeyPrefix;
import io.operations.internal.ReadableDuration;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when a wait reaches its deadline. The exception does not say how the operation
 * ends. The operation may still be running, and the caller can await it again. The cause
 * is the last transient error since a poll last saw the operation, if there was one.
 * {@link #getHeldBack()} says whether the client's own limits held back the last poll,
 * and {@link #getPausedFor()} whether a pause did.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public final class OperationTimeoutException extends OperationsException {

	private final Duration timeout;

	private final @Nullable Operation lastSeen;

	private final int polls;

	private final Duration age;

	private final @Nullable Duration unusualAge;

	private final @Nullable Duration heldBack;

	private final @Nullable Duration pausedFor;

	private final boolean pausedByOperator;

	/**
	 * Create the exception for a wait whose caller passed the timeout.
	 * @param operationId the operation's id
	 * @param timeout the timeout of the wait
	 * @param lastSeen the operation as a poll last saw it; {@code null} if no poll has
	 * seen it
	 * @param polls how many polls the wait has used
	 * @param age the operation's age, as far as it is known
	 * @param unusualAge the age that operations of its kind rarely reach; {@code null} if
	 * it is not known
	 * @param lastFault the last transient error since a poll last saw the operation;
	 * {@code null} if there was none
	 */
	public OperationTimeoutException(String operationId, Duration timeout, @Nullable Operation lastSeen, int polls,
			Duration age, @Nullable Duration unusualAge, @Nullable Throwable lastFault) {
		this(operationId, timeout, null, lastSeen, polls, age, unusualAge, lastFault, null);
	}

	/**
	 * Create the exception for a wait whose last poll may have been held back.
	 * @param operationId the operation's id
	 * @param timeout the timeout of the wait
	 * @param timeoutKey the key of the property that sets the timeout; {@code null} if
	 * the caller passed the timeout
	 * @param lastSeen the operation as a poll last saw it; {@code null} if no poll has
	 * seen it
	 * @param polls how many polls the wait has used
	 * @param age the operation's age, as far as it is known
	 * @param unusualAge the age that operations of its kind rarely reach; {@code null} if
	 * it is not known
	 * @param lastFault the last transient error since a poll last saw the operation;
	 * {@code null} if there was none
	 * @param hold what held back the last poll; {@code null} if nothing did
	 */
	public OperationTimeoutException(String operationId, Duration timeout, @Nullable String timeoutKey,
			@Nullable Operation lastSeen, int polls, Duration age, @Nullable Duration unusualAge,
			@Nullable Throwable lastFault, @Nullable Hold hold) {
		super(describe(operationId, timeout, lastSeen, polls, lastFault)
				+ ((hold != null) ? describe(hold, age) : describe(age, unusualAge))
				+ " It may still be running: await it again"
				+ ((hold != null && hold.pausedFor() != null) ? " after the pause" : "") + ", or "
				+ ((timeoutKey != null) ? "raise " + timeoutKey + "." : "pass a longer timeout."), lastFault,
				operationId, null);
		this.timeout = timeout;
		this.lastSeen = lastSeen;
		this.polls = polls;
		this.age = age;
		this.unusualAge = unusualAge;
		this.heldBack = (hold != null) ? hold.heldBack() : null;
		this.pausedFor = (hold != null) ? hold.pausedFor() : null;
		this.pausedByOperator = hold != null && hold.byOperator();
	}

	private static String describe(String operationId, Duration timeout, @Nullable Operation lastSeen, int polls,
			@Nullable Throwable lastFault) {
		String seen = (lastSeen != null)
				? "The last status seen was " + OperationsErrorResponse.printable(lastSeen.statusText())
				: "No poll has seen the operation";
		return "The wait for operation '" + OperationsErrorResponse.printable(operationId) + "' timed out after "
				+ ReadableDuration.of(timeout) + " and " + polls + ((polls == 1) ? " poll. " : " polls. ") + seen + ". "
				+ ((lastFault != null) ? "The last error was: " + ErrorText.sentence(lastFault.getMessage()) + " "
						: "");
	}

	private static String describe(Hold hold, Duration age) {
		String reason = (hold.pausedFor() != null)
				? (hold.byOperator() ? "An operator has paused the client" : "The server throttles the account (429)")
						+ ", and the client sends no request for another " + ReadableDuration.of(hold.pausedFor()) + "."
				: "A poll has been due for "
						+ ReadableDuration.of(Objects.requireNonNullElse(hold.heldBack(), Duration.ZERO))
						+ ", but the client's limits allow only " + number(hold.pollsPerSecond())
						+ " polls per second and " + hold.inFlight() + " requests in flight."
						+ ((hold.instances() > 1) ? " " + hold.instances() + " instances share the rate, so this"
								+ " instance has only its part of " + hold.keyPrefix()
								+ ".rate-limit.requests-per-second." : "")
						+ " Start fewer waits at once, raise " + hold.keyPrefix()
						+ ".rate-limit.requests-per-second (and " + hold.keyPrefix()
						+ ".rate-limit.max-in-flight) if the account allows it, or track the operation.";
		return reason + " The operation was " + ReadableDuration.of(age)
				+ " old then, but no poll has seen whether it has ended.";
	}

	private static String number(double rate) {
		return new BigDecimal(rate).round(new MathContext(3)).stripTrailingZeros().toPlainString();
	}

	private static String describe(Duration age, @Nullable Duration unusualAge) {
		String old = "The operation is " + ReadableDuration.of(age) + " old";
		if (unusualAge == null) {
			return old + ". The client does not know yet how long operations of its kind take.";
		}
		return old
				+ ((age.compareTo(unusualAge) < 0) ? ", which is usual: operations of its kind take up to "
						: ", which is unusual: operations of its kind rarely reach ")
				+ ReadableDuration.of(unusualAge) + ".";
	}

	@Override
	public boolean isTransient() {
		return true;
	}

	/**
	 * Return how long the wait lasted.
	 * @return the timeout of the wait
	 */
	public Duration getTimeout() {
		return this.timeout;
	}

	/**
	 * Return the operation as a poll last saw it.
	 * @return the operation; {@code null} if no poll has seen it
	 */
	public @Nullable Operation getLastSeen() {
		return this.lastSeen;
	}

	/**
	 * Return how many polls the wait has used.
	 * @return the number of polls
	 */
	public int getPolls() {
		return this.polls;
	}

	/**
	 * Return how old the operation is.
	 * @return the age by the server's clock; if that is not known, the duration of the
	 * wait
	 */
	public Duration getAge() {
		return this.age;
	}

	/**
	 * Return the age that operations of this kind rarely reach.
	 * @return the age; {@code null} if the template has seen too few of them end
	 */
	public @Nullable Duration getUnusualAge() {
		return this.unusualAge;
	}

	/**
	 * Return how long the client's own limits held back the last poll of the wait. The
	 * operation may have ended in that time, and the client could not see it.
	 * @return the time from the moment at which the poll was due to the deadline;
	 * {@code null} if the limits are not the reason of the timeout
	 */
	public @Nullable Duration getHeldBack() {
		return this.heldBack;
	}

	/**
	 * Return how much longer the client pauses because the server throttles the account,
	 * or because an operator has paused the client. The operation may have ended during
	 * the pause, and the client could not see it.
	 * @return the time from the deadline to the end of the pause; {@code null} if no
	 * pause held back the last poll of the wait
	 */
	public @Nullable Duration getPausedFor() {
		return this.pausedFor;
	}

	/**
	 * Return whether an operator began the pause of {@link #getPausedFor()}.
	 * @return {@code false} if the server throttles the account, or if no pause held back
	 * the last poll of the wait
	 */
	public boolean isPausedByOperator() {
		return this.pausedByOperator;
	}

	/**
	 * Describes what held back the last poll of a wait: either the client's own limits or
	 * a pause.
	 *
	 * @param heldBack how long the limits held back the poll; {@code null} if they did
	 * not
	 * @param pollsPerSecond how many polls per second the limits allow this instance for
	 * all waits
	 * @param inFlight how many requests the limits allow in flight
	 * @param instances how many instances share the rate; at most 1 if each instance has
	 * its own rate
	 * @param pausedFor how much longer the pause lasts; {@code null} if there is none
	 * @param byOperator whether an operator began the pause, and not the server
	 * @param keyPrefix the prefix of the configuration keys of the client that owns the
	 * limits
	 */
	public record Hold(@Nullable Duration heldBack, double pollsPerSecond, int inFlight, int instances,
			@Nullable Duration pausedFor, boolean byOperator, String keyPrefix) {

		/**
		 * Return the hold of a poll that the client's own limits held back.
		 * @param heldBack how long they held it back
		 * @param pollsPerSecond how many polls per second they allow this instance
		 * @param inFlight how many requests they allow in flight
		 * @param instances how many instances share the rate; at most 1 if each instance
		 * has its own rate
		 * @param keyPrefix the prefix of the configuration keys of the client that owns
		 * the limits
		 * @return the hold
		 */
		public static Hold byLimits(Duration heldBack, double pollsPerSecond, int inFlight, int instances,
				String keyPrefix) {
			return new Hold(heldBack, pollsPerSecond, inFlight, instances, null, false, keyPrefix);
		}

		/**
		 * Return the hold of a poll that a pause held back.
		 * @param pausedFor how much longer the pause lasts
		 * @param byOperator whether an operator began the pause, and not the server
		 * @return the hold
		 */
		public static Hold byPause(Duration pausedFor, boolean byOperator) {
			return new Hold(null, 0, 0, 0, pausedFor, byOperator, KeyPrefix.DEFAULT);
		}

	}

}
