package io.operations.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.operations.Operation;
import io.operations.OperationsErrorResponse;
import io.operations.OperationsException;
import io.operations.internal.polling.ListedWait;
import io.operations.polling.LearnedDurations;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingState;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.Sanitizer;

/**
 * Describes a tracked operation, or an operation that callers of this instance await.
 * Both have one form. Texts from the server are trimmed and escaped, and the operation's
 * details are omitted. Messages of the application's exceptions may contain anything, so
 * they are shown only if values are.
 *
 * @param client the name of the client that polls the operation
 * @param id the operation's id
 * @param kind the kind of the operation
 * @param state the state of the tracking, or AWAITED
 * @param waits the number of callers of this instance that wait for the operation
 * @param status the last status that the server sent
 * @param stuck whether the operation has been running for unusually long compared with
 * others of its kind
 * @param problem what is wrong with the operation, {@code null} if nothing is: a delivery
 * or a poll has failed, or the operation is stuck
 * @param age the time from the start of the tracking or of the first wait until now, or
 * until a poll saw the end
 * @param since when the tracking or the first wait started
 * @param deadline the time at which an operation that has not ended times out; the latest
 * one if several callers await it
 * @param polls the number of polls so far
 * @param nextDue when the next poll or the next delivery of the outcome is due
 * @param lastFault the error of the last poll, if that failed
 * @param outcome the outcome, once there is one
 * @param endedAt when the library saw the end
 * @param attempts the number of attempts to deliver the outcome
 * @param deliveryFault the error of the last attempt, if that failed
 * @param createdAt when the server created the operation, by the server's clock
 * @param completedAt when the operation completed or failed, by the server's clock
 * @param error the server's error text for a failed operation
 * @param related the ids of the resources that the operation is about, by kind
 * @param attributes the attributes that the application passed to the tracker
 * @since 0.1.0
 */
public record OperationDescriptor(String client, String id, @Nullable String kind, State state, int waits,
		@Nullable String status, boolean stuck, @Nullable String problem, Duration age, Instant since,
		@Nullable Instant deadline, int polls, @Nullable Instant nextDue, @Nullable String lastFault,
		OperationOutcome.@Nullable Type outcome, @Nullable Instant endedAt, int attempts,
		@Nullable String deliveryFault, @Nullable Instant createdAt, @Nullable Instant completedAt,
		@Nullable String error, Map<String, String> related, Map<String, @Nullable Object> attributes) {

	// The stored form of an exception of the application: its class name and its message,
	// or the exception that reported it, if it has no message.
	private static final Pattern OWN_FAULT = Pattern
		.compile("([\\p{javaJavaIdentifierPart}.]+)(?:: | \\(reported as ).*", Pattern.DOTALL);

	// An exception of the application that reported one of the library, whose message may
	// be shown.
	private static final Pattern REPORTED_AS = Pattern.compile("( \\(reported as [\\p{javaJavaIdentifierPart}.]+): .*",
			Pattern.DOTALL);

	static OperationDescriptor of(TrackedOperation tracked, int waits, @Nullable LearnedDurations expected, Instant now,
			Sanitizer sanitizer, boolean showValues) {
		Operation seen = tracked.operation();
		Map<String, @Nullable Object> attributes = new TreeMap<>();
		tracked.attributes()
			.forEach((key, value) -> attributes.put(key,
					sanitizer.sanitize(new SanitizableData(null, key, value), showValues)));
		return new OperationDescriptor(tracked.client(), tracked.id(), printable(tracked.kind()),
				State.of(tracked.state()), waits, (seen != null) ? printable(seen.statusText()) : null, tracked.stuck(),
				null, tracked.age(now), tracked.since(), tracked.deadline(), tracked.polls(), tracked.nextDue(),
				fault("lastFault", tracked.lastFault(), sanitizer, showValues), tracked.outcome(), tracked.endedAt(),
				tracked.attempts(), fault("deliveryFault", tracked.deliveryFault(), sanitizer, showValues),
				(seen != null) ? seen.createdAt() : null, (seen != null) ? seen.completedAt() : null,
				(seen != null) ? seen.errorText().orElse(null) : null, related(seen), attributes)
			.withProblem(expected, now);
	}

	static OperationDescriptor of(String client, ListedWait wait, @Nullable LearnedDurations expected, Instant now,
			Sanitizer sanitizer, boolean showValues) {
		Operation seen = wait.lastSeen();
		Duration age = Duration.between(wait.since(), now);
		return new OperationDescriptor(client, wait.id(), printable(wait.kind()), State.AWAITED, wait.callers(),
				(seen != null) ? printable(seen.statusText()) : null, wait.stuck(), null,
				age.isNegative() ? Duration.ZERO : age, wait.since(), wait.deadline(), wait.polls(), wait.nextDue(),
				fault("lastFault", text(wait.lastFault()), sanitizer, showValues), null, null, 0, null,
				(seen != null) ? seen.createdAt() : null, (seen != null) ? seen.completedAt() : null,
				(seen != null) ? seen.errorText().orElse(null) : null, related(seen), Map.of())
			.withProblem(expected, now);
	}

	private OperationDescriptor withProblem(@Nullable LearnedDurations expected, Instant now) {
		return new OperationDescriptor(this.client, this.id, this.kind, this.state, this.waits, this.status, this.stuck,
				OperationProblem.of(this, expected, now), this.age, this.since, this.deadline, this.polls, this.nextDue,
				this.lastFault, this.outcome, this.endedAt, this.attempts, this.deliveryFault, this.createdAt,
				this.completedAt, this.error, this.related, this.attributes);
	}

	// The form in which the store keeps the fault of a poll.
	private static @Nullable String text(@Nullable Throwable fault) {
		String message = (fault != null) ? fault.getMessage() : null;
		if (fault == null || (fault instanceof OperationsException && message != null)) {
			return message;
		}
		return fault.getClass().getName()
				+ ((message != null) ? ": " + OperationsErrorResponse.printable(message) : "");
	}

	static @Nullable String fault(String key, @Nullable String text, Sanitizer sanitizer, boolean showValues) {
		if (text == null) {
			return null;
		}
		Object sanitized = sanitizer.sanitize(new SanitizableData(null, key, showValues ? text : withoutMessage(text)),
				true);
		return (sanitized != null) ? sanitized.toString() : null;
	}

	private static String withoutMessage(String text) {
		Matcher own = OWN_FAULT.matcher(text);
		return own.matches() ? own.group(1) : REPORTED_AS.matcher(text).replaceFirst("$1)");
	}

	private static Map<String, String> related(@Nullable Operation seen) {
		Map<String, String> related = new TreeMap<>();
		if (seen != null) {
			seen.related()
				.forEach((kind, id) -> related.put(OperationsErrorResponse.printable(kind),
						OperationsErrorResponse.printable(id)));
		}
		return related;
	}

	private static @Nullable String printable(@Nullable String text) {
		return (text != null) ? OperationsErrorResponse.printable(text) : null;
	}

	/**
	 * The states of an operation.
	 */
	public enum State {

		/**
		 * Callers of this instance await the operation. If the operation is also tracked,
		 * it has another description.
		 */
		AWAITED,

		/**
		 * The operation is tracked and has not ended, as far as the tracker knows.
		 */
		TRACKED,

		/**
		 * The outcome is known, and its delivery is due or in progress.
		 */
		ENDED,

		/**
		 * All attempts to deliver the outcome have failed.
		 */
		UNDELIVERED,

		/**
		 * The outcome has been delivered.
		 */
		DELIVERED;

		static State of(TrackingState state) {
			return switch (state) {
				case TRACKED -> TRACKED;
				case ENDED -> ENDED;
				case UNDELIVERED -> UNDELIVERED;
				case DELIVERED -> DELIVERED;
			};
		}

	}

}
