package io.operations.tracking;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import io.operations.Operation;
import org.jspecify.annotations.Nullable;

/**
 * A tracked operation as it stands. Immutable. Times are those of the local clock.
 *
 * @param id the operation's id
 * @param kind what the operation is about, {@code null} while that is not known
 * @param operation the operation as last seen, {@code null} if it was not seen yet
 * @param attributes what it was handed over with
 * @param since when it was handed over
 * @param deadline when it is asked for at last
 * @param polls how many polls it has cost
 * @param nextDue when it is to be asked for or its outcome delivered next, {@code null}
 * if it is not
 * @param lastFault why the last poll failed, {@code null} if it did not
 * @param stuck whether it is older than such operations ever get
 * @param state how far it has come
 * @param outcome how it ended, {@code null} if it has not
 * @param endedAt when that was seen
 * @param attempts how many attempts there were to deliver the outcome
 * @param deliveryFault why the last of them failed, {@code null} if it did not
 * @since 0.1.0
 */
public record TrackedOperation(String id, @Nullable String kind, @Nullable Operation operation,
		Map<String, String> attributes, Instant since, Instant deadline, int polls, @Nullable Instant nextDue,
		@Nullable String lastFault, boolean stuck, TrackingState state, OperationOutcome.@Nullable Type outcome,
		@Nullable Instant endedAt, int attempts, @Nullable String deliveryFault) {

	/**
	 * Return for how long it is tracked, or was until its end was seen.
	 * @param now the present time
	 * @return the time, not negative
	 */
	public Duration age(Instant now) {
		Duration age = Duration.between(this.since, (this.endedAt != null) ? this.endedAt : now);
		return age.isNegative() ? Duration.ZERO : age;
	}

}
