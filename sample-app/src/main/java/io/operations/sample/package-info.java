/**
 * An application that uses the starter as a stranger would.
 */
@NullMarked
package io.operations.sample;

import org.jspecify.annotations.NullMarked;
