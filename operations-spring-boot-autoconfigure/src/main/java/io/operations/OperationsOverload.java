package io.operations;

import java.time.Duration;

/**
 * Describes an overload: the client cannot poll all awaited operations within the
 * timeouts of their waits.
 *
 * @param waits how many operations are awaited
 * @param ownTimeouts the number of waits whose caller passed a timeout; for the other
 * waits, {@code operations.polling.timeout} applies
 * @param pollsPerSecond how many polls per second the limits allow this instance
 * @param instances how many instances share the rate, including this one; 1 if each
 * instance has its own rate
 * @param needed how long the polls of all waits take at {@code pollsPerSecond}. Each
 * operation counts one poll. It counts two polls while its first poll is still to come
 * and is too early to see the operation end
 * @param timeout the usual timeout of the waits (the geometric mean), which is shorter
 * than {@code needed}
 * @since 0.1.0
 */
public record OperationsOverload(int waits, int ownTimeouts, double pollsPerSecond, int instances, Duration needed,
		Duration timeout) {
}
