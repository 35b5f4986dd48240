package io.operations.actuate;

import org.jspecify.annotations.Nullable;

/**
 * Describes whether the library will deliver an outcome again.
 *
 * @param accepted whether the library will deliver the outcome
 * @param reason why it will not, {@code null} if it will
 * @since 0.1.0
 */
public record RedeliveryDescriptor(boolean accepted, @Nullable String reason) {
}
