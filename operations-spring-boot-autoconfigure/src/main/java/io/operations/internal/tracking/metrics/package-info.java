/**
 * Micrometer meters for tracked operations.
 */
@NullMarked
package io.operations.internal.tracking.metrics;

import org.jspecify.annotations.NullMarked;
