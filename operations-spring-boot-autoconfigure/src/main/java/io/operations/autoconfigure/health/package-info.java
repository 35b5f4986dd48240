/**
 * Auto-configuration of the health indicator.
 */
@NullMarked
package io.operations.autoconfigure.health;

import org.jspecify.annotations.NullMarked;
