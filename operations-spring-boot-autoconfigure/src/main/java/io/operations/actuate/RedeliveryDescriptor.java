package io.operations.actuate;

import org.jspecify.annotations.Nullable;

/**
 * What became of the wish to have an outcome delivered anew.
 *
 * @param accepted whether it will be
 * @param reason why it will not be, {@code null} if it will
 * @since 0.1.0
 */
public record RedeliveryDescriptor(boolean accepted, @Nullable String reason) {
}
