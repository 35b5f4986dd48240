/**
 * Auto-configuration for the meters.
 */
@NullMarked
package io.operations.autoconfigure.metrics;

import org.jspecify.annotations.NullMarked;
