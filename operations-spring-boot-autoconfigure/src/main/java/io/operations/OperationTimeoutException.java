package io.operations;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a wait reaches its deadline. The exception does not say how the operation
 * ends. The operation may still be running, and the caller can await it again. The cause
 * is the last transient error since a poll last saw the operation, if there was one.
 * {@link #getHeldBack()} says whether the client's own limits held back the last poll.
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

	/**
	 * Create the exception.
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
		this(operationId, timeout, lastSeen, polls, age, unusualAge, lastFault, null, 0, 0);
	}

	/**
	 * Create the exception for a wait whose last poll may have been held back.
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
	 * @param heldBack how long the client's own limits held back the last poll;
	 * {@code null} if they did not
	 * @param pollsPerSecond how many polls per second the limits allow for all waits
	 * @param inFlight how many requests the limits allow in flight
	 */
	public OperationTimeoutException(String operationId, Duration timeout, @Nullable Operation lastSeen, int polls,
			Duration age, @Nullable Duration unusualAge, @Nullable Throwable lastFault, @Nullable Duration heldBack,
			double pollsPerSecond, int inFlight) {
		super(describe(operationId, timeout, lastSeen, polls, age, unusualAge, lastFault,
				(heldBack != null) ? describe(heldBack, pollsPerSecond, inFlight) : ""), lastFault, operationId, null);
		this.timeout = timeout;
		this.lastSeen = lastSeen;
		this.polls = polls;
		this.age = age;
		this.unusualAge = unusualAge;
		this.heldBack = heldBack;
	}

	private static String describe(String operationId, Duration timeout, @Nullable Operation lastSeen, int polls,
			Duration age, @Nullable Duration unusualAge, @Nullable Throwable lastFault, String heldBack) {
		String seen = (lastSeen != null)
				? "The last status seen was " + OperationsErrorResponse.printable(lastSeen.statusText())
				: "No poll has seen the operation";
		return "The wait for operation '" + OperationsErrorResponse.printable(operationId) + "' timed out after "
				+ timeout + " and " + polls + ((polls == 1) ? " poll. " : " polls. ") + seen + ". "
				+ ((lastFault != null) ? "The last error was: " + ErrorText.sentence(lastFault.getMessage()) + " " : "")
				+ (heldBack.isEmpty() ? describe(age, unusualAge)
						: heldBack + "The operation was " + age
								+ " old then, but no poll has seen whether it has ended.")
				+ " It may still be running: await it again, or raise the timeout (operations.polling.timeout, unless"
				+ " the call passes a timeout).";
	}

	private static String describe(Duration heldBack, double pollsPerSecond, int inFlight) {
		return "A poll has been due for " + heldBack + ", but the client's limits allow only " + number(pollsPerSecond)
				+ " polls per second and " + inFlight + " requests in flight. Start fewer waits at once, raise"
				+ " operations.rate-limit.requests-per-second (and operations.rate-limit.max-in-flight) if the account"
				+ " allows it, or track the operation. ";
	}

	private static String number(double rate) {
		return new BigDecimal(rate).round(new MathContext(3)).stripTrailingZeros().toPlainString();
	}

	private static String describe(Duration age, @Nullable Duration unusualAge) {
		String old = "The operation is " + age + " old";
		if (unusualAge == null) {
			return old + ". The client does not know yet how long operations of its kind take.";
		}
		return old + ((age.compareTo(unusualAge) < 0) ? ", which is usual: operations of its kind take up to "
				: ", which is unusual: operations of its kind rarely reach ") + unusualAge + ".";
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

}
