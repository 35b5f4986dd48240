package io.operations.test;

import java.time.Duration;
import java.util.function.BiFunction;

import io.operations.internal.ReadableDuration;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * Describes a fault that {@link OperationsSimulator#fault(int, Fault)} injects into a
 * response. Immutable.
 *
 * @since 0.1.0
 */
public final class Fault {

	private static final String HTML = "<!DOCTYPE html><html><body><h1>We will be back soon</h1></body></html>";

	private static final Duration MAXIMUM_DELAY = Duration.ofMinutes(2);

	private final String description;

	private final BiFunction<Answer, Dialect, Answer> effect;

	private Fault(String description, BiFunction<Answer, Dialect, Answer> effect) {
		this.description = description;
		this.effect = effect;
	}

	/**
	 * Return a fault that answers with 429 (error 20429) without {@code Retry-After}.
	 * @return the fault
	 */
	public static Fault throttled() {
		return error(429, "Too many concurrent requests", null);
	}

	/**
	 * Return a fault that answers with 429 (error 20429) and {@code Retry-After}. The
	 * server of {@link io.operations.OperationsProduct#INSIGHTS_QUERIES} sends
	 * {@code X-RateLimit-Reset} instead.
	 * @param retryAfter the time to wait, which the simulator rounds up to whole seconds
	 * @return the fault
	 */
	public static Fault throttled(Duration retryAfter) {
		return error(429, "Too many concurrent requests", notNegative("retryAfter", retryAfter));
	}

	/**
	 * Return a fault that answers with 503 without {@code Retry-After}.
	 * @return the fault
	 */
	public static Fault unavailable() {
		return error(503, "Service unavailable", null);
	}

	/**
	 * Return a fault that answers with 503 and {@code Retry-After}.
	 * @param retryAfter the time to wait, which the simulator rounds up to whole seconds
	 * @return the fault
	 */
	public static Fault unavailable(Duration retryAfter) {
		return error(503, "Service unavailable", notNegative("retryAfter", retryAfter));
	}

	/**
	 * Return a fault that answers with 500.
	 * @return the fault
	 */
	public static Fault serverError() {
		return error(500, "Internal server error", null);
	}

	/**
	 * Return a fault that answers with another error status and a body in the format of
	 * the product.
	 * @param status the HTTP status, from 400 to 599
	 * @return the fault
	 */
	public static Fault status(int status) {
		Assert.isTrue(status >= 400 && status <= 599, () -> "'status' must be from 400 to 599, not " + status);
		return error(status, "Simulated error " + status, null);
	}

	/**
	 * Return a fault that delays the correct response. The response shows the status at
	 * the time of the request.
	 * @param delay the delay, in whole milliseconds, at most two minutes
	 * @return the fault
	 */
	public static Fault delayed(Duration delay) {
		// Longer than any client should wait, shorter than the server's own timeouts.
		Assert.isTrue(notNegative("delay", delay).compareTo(MAXIMUM_DELAY) <= 0, () -> "'delay' must be at most "
				+ ReadableDuration.setting(MAXIMUM_DELAY) + ", not " + ReadableDuration.setting(delay));
		return new Fault("delayed by " + delay, (answer, dialect) -> answer.delayed(delay));
	}

	/**
	 * Return a fault that resets the connection without a response.
	 * @return the fault
	 */
	public static Fault dropped() {
		return new Fault("dropped", (answer, dialect) -> answer.delivered(Answer.Delivery.DROPPED));
	}

	/**
	 * Return a fault that answers with 200 and an HTML page, as a gateway under
	 * maintenance does.
	 * @return the fault
	 */
	public static Fault html() {
		return new Fault("HTML", (answer, dialect) -> Answer.of(200, "text/html;charset=UTF-8", HTML));
	}

	/**
	 * Return a fault that sends only the first half of the JSON. The HTTP response itself
	 * is complete.
	 * @return the fault
	 */
	public static Fault truncated() {
		return new Fault("truncated", (answer, dialect) -> answer.firstHalf());
	}

	/**
	 * Return a fault that closes the connection halfway through the body of the correct
	 * response.
	 * @return the fault
	 */
	public static Fault cutOff() {
		return new Fault("cut off", (answer, dialect) -> answer.delivered(Answer.Delivery.CUT_OFF));
	}

	private static Fault error(int status, String message, @Nullable Duration retryAfter) {
		return new Fault(Integer.toString(status),
				(answer, dialect) -> dialect.retryAfter(dialect.error(status, 20000 + status, message), retryAfter));
	}

	private static Duration notNegative(String name, Duration duration) {
		Assert.isTrue(!duration.isNegative(),
				() -> "'" + name + "' must not be negative, but is " + ReadableDuration.setting(duration));
		return duration;
	}

	Answer applyTo(Answer answer, Dialect dialect) {
		return this.effect.apply(answer, dialect);
	}

	@Override
	public String toString() {
		return "Fault[" + this.description + "]";
	}

}
