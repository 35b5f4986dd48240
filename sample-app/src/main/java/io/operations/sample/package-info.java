/**
 * An application that uses the starter and nothing internal to it.
 */
@NullMarked
package io.operations.sample;

import org.jspecify.annotations.NullMarked;
