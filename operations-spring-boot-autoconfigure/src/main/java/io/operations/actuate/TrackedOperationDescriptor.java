package io.operations.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.operations.Operation;
import io.operations.OperationsErrorResponse;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingState;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.Sanitizer;

/**
 * Describes a tracked operation. Texts from the server are trimmed and escaped, and the
 * operation's details are omitted. Messages of the application's exceptions may contain
 * anything, so they are shown only if values are.
 *
 * @param client the name of the client that polls the operation
 * @param id the operation's id
 * @param kind the kind of the operation
 * @param state the state of the tracking
 * @param status the last status that the server sent
 * @param stuck whether the operation has been running for unusually long compared with
 * others of its kind
 * @param age the time from the start of the tracking until now, or until a poll saw the
 * end
 * @param since when the tracking started
 * @param deadline the time at which an operation that has not ended times out
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
public record TrackedOperationDescriptor(String client, String id, @Nullable String kind, TrackingState state,
		@Nullable String status, boolean stuck, Duration age, Instant since, Instant deadline, int polls,
		@Nullable Instant nextDue, @Nullable String lastFault, OperationOutcome.@Nullable Type outcome,
		@Nullable Instant endedAt, int attempts, @Nullable String deliveryFault, @Nullable Instant createdAt,
		@Nullable Instant completedAt, @Nullable String error, Map<String, String> related,
		Map<String, @Nullable Object> attributes) {

	// The stored form of an exception of the application: its class name and its message.
	private static final Pattern OWN_FAULT = Pattern.compile("([\\p{javaJavaIdentifierPart}.]+): .*", Pattern.DOTALL);

	static TrackedOperationDescriptor of(TrackedOperation tracked, Instant now, Sanitizer sanitizer,
			boolean showValues) {
		Operation seen = tracked.operation();
		Map<String, @Nullable Object> attributes = new TreeMap<>();
		tracked.attributes()
			.forEach((key, value) -> attributes.put(key,
					sanitizer.sanitize(new SanitizableData(null, key, value), showValues)));
		return new TrackedOperationDescriptor(tracked.client(), tracked.id(), printable(tracked.kind()),
				tracked.state(), (seen != null) ? printable(seen.statusText()) : null, tracked.stuck(),
				tracked.age(now), tracked.since(), tracked.deadline(), tracked.polls(), tracked.nextDue(),
				fault("lastFault", tracked.lastFault(), sanitizer, showValues), tracked.outcome(), tracked.endedAt(),
				tracked.attempts(), fault("deliveryFault", tracked.deliveryFault(), sanitizer, showValues),
				(seen != null) ? seen.createdAt() : null, (seen != null) ? seen.completedAt() : null,
				(seen != null) ? seen.errorText().orElse(null) : null, related(seen), attributes);
	}

	static @Nullable String fault(String key, @Nullable String text, Sanitizer sanitizer, boolean showValues) {
		if (text == null) {
			return null;
		}
		Matcher own = OWN_FAULT.matcher(text);
		String shown = (!showValues && own.matches()) ? own.group(1) : text;
		Object sanitized = sanitizer.sanitize(new SanitizableData(null, key, shown), true);
		return (sanitized != null) ? sanitized.toString() : null;
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

}
