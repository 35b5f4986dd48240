/**
 * Micrometer meters for tracked operations.
 */
@NullMarked
package io.operations.tracking.metrics;

import org.jspecify.annotations.NullMarked;
