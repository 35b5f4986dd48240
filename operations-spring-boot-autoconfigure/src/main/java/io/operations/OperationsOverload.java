package io.operations;

import java.time.Duration;

/**
 * Describes an overload: the client cannot poll all awaited operations within the
 * timeouts of their waits.
 *
 * @param waits how many operations are awaited
 * @param ownTimeouts for how many of them the caller passed the timeout; for the others,
 * {@code operations.polling.timeout} applies
 * @param pollsPerSecond how many polls per second the limits allow this instance
 * @param instances how many instances share the rate, including this one; 1 if each
 * instance has its own rate
 * @param needed how long the polls take at that rate. Each operation counts one poll. An
 * operation whose first poll is sent at once counts two polls until then
 * @param timeout the usual timeout of the waits, which is shorter
 * @since 0.1.0
 */
public record OperationsOverload(int waits, int ownTimeouts, double pollsPerSecond, int instances, Duration needed,
		Duration timeout) {
}
