package io.operations.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.http.ProblemDetail;
import org.springframework.util.Assert;

/**
 * Describes the course of a simulated operation: how long it is PENDING, how long it is
 * RUNNING and how it ends. By default an operation is PENDING for 100 ms and RUNNING for
 * 400 ms, and no response has a {@code Retry-After}. Scripts are immutable: each method
 * returns a new script. <pre class="code">
 * OperationScript.completed().pending(Duration.ofSeconds(1)).running(Duration.ofSeconds(4))
 * </pre>
 *
 * @since 0.1.0
 */
public final class OperationScript {

	private static final List<Phase> PHASES = List.of(new Phase("PENDING", Duration.ofMillis(100)),
			new Phase("RUNNING", Duration.ofMillis(400)));

	private final List<Phase> phases;

	private final String end;

	private final @Nullable ProblemDetail error;

	private final @Nullable Duration retryAfter;

	private final @Nullable Duration pollRetryAfter;

	private OperationScript(List<Phase> phases, String end, @Nullable ProblemDetail error,
			@Nullable Duration retryAfter, @Nullable Duration pollRetryAfter) {
		this.phases = phases;
		this.end = end;
		this.error = error;
		this.retryAfter = retryAfter;
		this.pollRetryAfter = pollRetryAfter;
	}

	/**
	 * Return a script that ends COMPLETED.
	 * @return the script
	 */
	public static OperationScript completed() {
		return endingAs("COMPLETED");
	}

	/**
	 * Return a script that ends FAILED without an error.
	 * @return the script
	 */
	public static OperationScript failed() {
		return endingAs("FAILED");
	}

	/**
	 * Return a script that ends FAILED with an error.
	 * @param error the error, which the simulator sends with all its properties; the
	 * caller must not change it afterwards
	 * @return the script
	 */
	public static OperationScript failed(ProblemDetail error) {
		Assert.notNull(error, "'error' must not be null");
		return new OperationScript(PHASES, "FAILED", error, null, null);
	}

	/**
	 * Return a script that ends CANCELLED.
	 * @return the script
	 */
	public static OperationScript cancelled() {
		return endingAs("CANCELLED");
	}

	/**
	 * Return a script whose last status is any word. With a word that is not terminal,
	 * such as {@code RUNNING} or {@code HIBERNATING}, the operation never ends. The word
	 * {@code CANCELED} is the way in which some products spell CANCELLED.
	 * @param status the word, not blank, which the simulator sends unchanged
	 * @return the script
	 */
	public static OperationScript endingAs(String status) {
		Assert.hasText(status, "'status' must not be blank");
		return new OperationScript(PHASES, status, null, null, null);
	}

	/**
	 * Set how long the operation is PENDING.
	 * @param duration the time from its creation; zero skips PENDING
	 * @return the script
	 */
	public OperationScript pending(Duration duration) {
		return withPhase(0, new Phase("PENDING", notNegative("duration", duration)));
	}

	/**
	 * Set how long the operation is RUNNING.
	 * @param duration the time after PENDING; zero skips RUNNING
	 * @return the script
	 */
	public OperationScript running(Duration duration) {
		return withPhase(1, new Phase("RUNNING", notNegative("duration", duration)));
	}

	/**
	 * Add a phase after all other phases and before the end.
	 * @param status the status of the phase, not blank, which the simulator sends
	 * unchanged
	 * @param duration how long the phase lasts
	 * @return the script
	 */
	public OperationScript then(String status, Duration duration) {
		Assert.hasText(status, "'status' must not be blank");
		return withPhase(this.phases.size(), new Phase(status, notNegative("duration", duration)));
	}

	/**
	 * Set the {@code Retry-After} of the {@code 202 Accepted} response.
	 * @param retryAfter the time, which the simulator rounds up to whole seconds
	 * @return the script
	 */
	public OperationScript retryAfter(Duration retryAfter) {
		return new OperationScript(this.phases, this.end, this.error, notNegative("retryAfter", retryAfter),
				this.pollRetryAfter);
	}

	/**
	 * Set the {@code Retry-After} of the responses to polls and fetches until the
	 * operation ends.
	 * @param retryAfter the time, which the simulator rounds up to whole seconds
	 * @return the script
	 */
	public OperationScript pollRetryAfter(Duration retryAfter) {
		return new OperationScript(this.phases, this.end, this.error, this.retryAfter,
				notNegative("retryAfter", retryAfter));
	}

	private OperationScript withPhase(int index, Phase phase) {
		List<Phase> changed = new ArrayList<>(this.phases);
		if (index < changed.size()) {
			changed.set(index, phase);
		}
		else {
			changed.add(phase);
		}
		return new OperationScript(List.copyOf(changed), this.end, this.error, this.retryAfter, this.pollRetryAfter);
	}

	private static Duration notNegative(String name, Duration duration) {
		Assert.isTrue(!duration.isNegative(), () -> "'" + name + "' must not be negative, but is " + duration);
		return duration;
	}

	String statusAfter(Duration elapsed) {
		// Subtracts phase by phase, because the sum of all phases may exceed a Duration.
		Duration rest = elapsed.isNegative() ? Duration.ZERO : elapsed;
		for (Phase phase : this.phases) {
			if (rest.compareTo(phase.duration()) < 0) {
				return phase.status();
			}
			rest = rest.minus(phase.duration());
		}
		return this.end;
	}

	Duration duration() {
		return this.phases.stream().map(Phase::duration).reduce(Duration.ZERO, Duration::plus);
	}

	@Nullable ProblemDetail error() {
		return this.error;
	}

	@Nullable Duration retryAfter() {
		return this.retryAfter;
	}

	@Nullable Duration pollRetryAfter() {
		return this.pollRetryAfter;
	}

	@Override
	public String toString() {
		return "OperationScript" + this.phases + " then " + this.end;
	}

	private record Phase(String status, Duration duration) {

		@Override
		public String toString() {
			return this.status + " for " + this.duration;
		}

	}

}
