/**
 * The actuator endpoint that shows operations to an operator and acts on them.
 */
@NullMarked
package io.operations.actuate;

import org.jspecify.annotations.NullMarked;
