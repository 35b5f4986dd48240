/**
 * Auto-configuration of the tracking of operations.
 */
@NullMarked
package io.operations.autoconfigure.tracking;

import org.jspecify.annotations.NullMarked;
