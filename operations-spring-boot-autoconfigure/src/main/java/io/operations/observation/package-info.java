/**
 * Makes operations visible: observations, meters and log lines.
 */
@NullMarked
package io.operations.observation;

import org.jspecify.annotations.NullMarked;
