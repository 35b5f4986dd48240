package io.operations.actuate;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A page of a list.
 *
 * @param operations the operations
 * @param next the {@code after} of the next page, {@code null} if this page is the last
 */
record OperationsPage(List<OperationDescriptor> operations, @Nullable String next) {
}
