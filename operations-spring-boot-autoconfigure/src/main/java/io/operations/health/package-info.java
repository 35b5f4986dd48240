/**
 * Health indicators of the operations clients and of the store of tracked operations.
 */
@NullMarked
package io.operations.health;

import org.jspecify.annotations.NullMarked;
