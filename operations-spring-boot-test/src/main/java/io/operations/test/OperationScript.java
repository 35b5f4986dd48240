package io.operations.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.operations.internal.ReadableDuration;
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

	private static final Word PENDING = new Word("PENDING", false);

	private static final Word RUNNING = new Word("RUNNING", false);

	private static final List<Phase> PHASES = List.of(new Phase(PENDING, Duration.ofMillis(100)),
			new Phase(RUNNING, Duration.ofMillis(400)));

	private final List<Phase> phases;

	private final Word end;

	private final @Nullable ProblemDetail error;

	private final @Nullable Duration retryAfter;

	private final @Nullable Duration pollRetryAfter;

	private final Map<String, Integer> stats;

	private OperationScript(List<Phase> phases, Word end, @Nullable ProblemDetail error, @Nullable Duration retryAfter,
			@Nullable Duration pollRetryAfter, Map<String, Integer> stats) {
		this.phases = phases;
		this.end = end;
		this.error = error;
		this.retryAfter = retryAfter;
		this.pollRetryAfter = pollRetryAfter;
		this.stats = stats;
	}

	private static OperationScript ending(Word end, @Nullable ProblemDetail error) {
		return new OperationScript(PHASES, end, error, null, null, Map.of());
	}

	/**
	 * Return a script that ends COMPLETED.
	 * @return the script
	 */
	public static OperationScript completed() {
		return ending(new Word("COMPLETED", false), null);
	}

	/**
	 * Return a script that ends FAILED without an error. The products with {@code stats}
	 * know no such status: their operation ends COMPLETED, and all its members have
	 * failed.
	 * @return the script
	 */
	public static OperationScript failed() {
		return ending(new Word("FAILED", false), null);
	}

	/**
	 * Return a script that ends FAILED with an error. The simulator sends the error in
	 * the format of the product, and omits it if the product reports no errors.
	 * @param error the error, which the simulator sends with all its properties; the
	 * caller must not change it afterwards
	 * @return the script
	 */
	public static OperationScript failed(ProblemDetail error) {
		Assert.notNull(error, "'error' must not be null");
		return ending(new Word("FAILED", false), error);
	}

	/**
	 * Return a script that ends CANCELLED, which some products spell CANCELED.
	 * @return the script
	 */
	public static OperationScript cancelled() {
		return ending(new Word("CANCELLED", false), null);
	}

	/**
	 * Return a script whose last status is any word. With a word that is not terminal,
	 * such as {@code RUNNING} or {@code HIBERNATING}, the operation never ends.
	 * @param status the word, not blank, which the simulator sends unchanged
	 * @return the script
	 */
	public static OperationScript endingAs(String status) {
		Assert.hasText(status, "'status' must not be blank");
		return ending(new Word(status, true), null);
	}

	/**
	 * Set how long the operation is PENDING. Some products spell this status in another
	 * way.
	 * @param duration the time from its creation; zero skips PENDING
	 * @return the script
	 */
	public OperationScript pending(Duration duration) {
		return withPhase(0, new Phase(PENDING, notNegative("duration", duration)));
	}

	/**
	 * Set how long the operation is RUNNING. Some products spell this status in another
	 * way.
	 * @param duration the time after PENDING; zero skips RUNNING
	 * @return the script
	 */
	public OperationScript running(Duration duration) {
		return withPhase(1, new Phase(RUNNING, notNegative("duration", duration)));
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
		return withPhase(this.phases.size(), new Phase(new Word(status, true), notNegative("duration", duration)));
	}

	/**
	 * Set the {@code Retry-After} of the {@code 202 Accepted} response.
	 * @param retryAfter the time, which the simulator rounds up to whole seconds
	 * @return the script
	 */
	public OperationScript retryAfter(Duration retryAfter) {
		return new OperationScript(this.phases, this.end, this.error, notNegative("retryAfter", retryAfter),
				this.pollRetryAfter, this.stats);
	}

	/**
	 * Set the {@code Retry-After} of the responses to polls and fetches until the
	 * operation ends.
	 * @param retryAfter the time, which the simulator rounds up to whole seconds
	 * @return the script
	 */
	public OperationScript pollRetryAfter(Duration retryAfter) {
		return new OperationScript(this.phases, this.end, this.error, this.retryAfter,
				notNegative("retryAfter", retryAfter), this.stats);
	}

	/**
	 * Set the counts that the operation reports when it has ended. Only the products with
	 * {@code stats} send them. By default such an operation has one member, which is
	 * delivered or created.
	 * @param stats the counts, each under its name, for instance {@code failed}; the
	 * other counts of the product are zero
	 * @return the script
	 */
	public OperationScript stats(Map<String, Integer> stats) {
		return new OperationScript(this.phases, this.end, this.error, this.retryAfter, this.pollRetryAfter,
				Map.copyOf(stats));
	}

	private OperationScript withPhase(int index, Phase phase) {
		List<Phase> changed = new ArrayList<>(this.phases);
		if (index < changed.size()) {
			changed.set(index, phase);
		}
		else {
			changed.add(phase);
		}
		return new OperationScript(List.copyOf(changed), this.end, this.error, this.retryAfter, this.pollRetryAfter,
				this.stats);
	}

	private static Duration notNegative(String name, Duration duration) {
		Assert.isTrue(!duration.isNegative(),
				() -> "'" + name + "' must not be negative, but is " + ReadableDuration.setting(duration));
		return duration;
	}

	Word statusAfter(Duration elapsed) {
		int phase = phaseAfter(elapsed);
		return (phase < this.phases.size()) ? this.phases.get(phase).status() : this.end;
	}

	Duration lastChangeAfter(Duration elapsed) {
		return durationOf(this.phases.subList(0, phaseAfter(elapsed)));
	}

	private int phaseAfter(Duration elapsed) {
		// Subtracts phase by phase, because the sum of all phases may exceed a Duration.
		Duration rest = elapsed.isNegative() ? Duration.ZERO : elapsed;
		for (int i = 0; i < this.phases.size(); i++) {
			Duration duration = this.phases.get(i).duration();
			if (rest.compareTo(duration) < 0) {
				return i;
			}
			rest = rest.minus(duration);
		}
		return this.phases.size();
	}

	Duration duration() {
		return durationOf(this.phases);
	}

	private static Duration durationOf(List<Phase> phases) {
		return phases.stream().map(Phase::duration).reduce(Duration.ZERO, Duration::plus);
	}

	boolean fails() {
		return !this.end.exact() && this.end.text().equals("FAILED");
	}

	Map<String, Integer> stats() {
		return this.stats;
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

	/**
	 * Represents a status.
	 *
	 * @param text the status as most products spell it
	 * @param exact whether the simulator sends this text for every product
	 */
	record Word(String text, boolean exact) {

		@Override
		public String toString() {
			return this.text;
		}

	}

	private record Phase(Word status, Duration duration) {

		@Override
		public String toString() {
			return this.status + " for " + this.duration;
		}

	}

}
