/**
 * Health of an operations client, from what its calls show.
 */
@NullMarked
package io.operations.health;

import org.jspecify.annotations.NullMarked;
