/**
 * Auto-configuration for tracked operations.
 */
@NullMarked
package io.operations.autoconfigure.tracking;

import org.jspecify.annotations.NullMarked;
