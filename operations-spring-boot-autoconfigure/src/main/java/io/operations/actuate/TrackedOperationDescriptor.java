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
 * A tracked operation as it is shown. What the server sent is trimmed and escaped, and
 * its further details are left out. What the application's own exceptions say, which may
 * be anything, is shown where values are.
 *
 * @param id the operation's id
 * @param kind what the operation is about
 * @param state how far its tracking has come
 * @param status the status as last sent
 * @param stuck whether it is older than such operations ever get
 * @param age for how long it is tracked, or was until its end was seen
 * @param since when it was handed over
 * @param deadline when it is asked for at last
 * @param polls how many polls it has cost
 * @param nextDue when it is to be asked for or its outcome delivered next
 * @param lastFault why the last poll failed
 * @param outcome how it ended
 * @param endedAt when that was seen
 * @param attempts how many attempts there were to deliver the outcome
 * @param deliveryFault why the last of them failed
 * @param createdAt when it was created, by the server's clock
 * @param completedAt when it completed or failed, by the server's clock
 * @param error what went wrong, of an operation that failed
 * @param related ids of what the operation is about, by kind
 * @param attributes what the application handed it over with
 * @since 0.1.0
 */
public record TrackedOperationDescriptor(String id, @Nullable String kind, TrackingState state, @Nullable String status,
		boolean stuck, Duration age, Instant since, Instant deadline, int polls, @Nullable Instant nextDue,
		@Nullable String lastFault, OperationOutcome.@Nullable Type outcome, @Nullable Instant endedAt, int attempts,
		@Nullable String deliveryFault, @Nullable Instant createdAt, @Nullable Instant completedAt,
		@Nullable String error, Map<String, String> related, Map<String, @Nullable Object> attributes) {

	// As a fault of the application is stored: the name of its class, then what it says.
	private static final Pattern OWN_FAULT = Pattern.compile("([\\p{javaJavaIdentifierPart}.]+): .*", Pattern.DOTALL);

	static TrackedOperationDescriptor of(TrackedOperation tracked, Instant now, Sanitizer sanitizer,
			boolean showValues) {
		Operation seen = tracked.operation();
		Map<String, @Nullable Object> attributes = new TreeMap<>();
		tracked.attributes()
			.forEach((key, value) -> attributes.put(key,
					sanitizer.sanitize(new SanitizableData(null, key, value), showValues)));
		return new TrackedOperationDescriptor(tracked.id(), printable(tracked.kind()), tracked.state(),
				(seen != null) ? printable(seen.statusText()) : null, tracked.stuck(), tracked.age(now),
				tracked.since(), tracked.deadline(), tracked.polls(), tracked.nextDue(),
				fault("lastFault", tracked.lastFault(), sanitizer, showValues), tracked.outcome(), tracked.endedAt(),
				tracked.attempts(), fault("deliveryFault", tracked.deliveryFault(), sanitizer, showValues),
				(seen != null) ? seen.createdAt() : null, (seen != null) ? seen.completedAt() : null,
				(seen != null) ? seen.errorText().orElse(null) : null, related(seen), attributes);
	}

	private static @Nullable String fault(String key, @Nullable String text, Sanitizer sanitizer, boolean showValues) {
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
