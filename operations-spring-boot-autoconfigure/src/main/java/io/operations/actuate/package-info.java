/**
 * The actuator endpoint: what an operator sees of operations, and may do with them.
 */
@NullMarked
package io.operations.actuate;

import org.jspecify.annotations.NullMarked;
