package io.operations.actuate;

/**
 * Describes how many outcomes the library will deliver again.
 *
 * @param accepted the number of outcomes
 * @since 0.1.0
 */
public record RedeliveriesDescriptor(long accepted) {
}
