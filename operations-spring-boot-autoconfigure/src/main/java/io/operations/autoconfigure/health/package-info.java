/**
 * Auto-configuration for the health indicators.
 */
@NullMarked
package io.operations.autoconfigure.health;

import org.jspecify.annotations.NullMarked;
