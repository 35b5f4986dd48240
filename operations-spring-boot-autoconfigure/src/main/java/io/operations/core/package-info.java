/**
 * The {@link io.operations.core.OperationsTemplate} that an application injects, and its
 * builder.
 */
@NullMarked
package io.operations.core;

import org.jspecify.annotations.NullMarked;
