package io.operations.actuate;

/**
 * Describes how many outcomes the library will deliver again. One request schedules at
 * most 1,000.
 *
 * @param accepted the number of outcomes
 * @param more whether more outcomes match. Send the request again to deliver them
 * @since 0.1.0
 */
public record RedeliveriesDescriptor(long accepted, boolean more) {
}
