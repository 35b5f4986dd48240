/**
 * The admission, which every request passes, and the retry of failed fetches.
 */
@NullMarked
package io.operations.resilience;

import org.jspecify.annotations.NullMarked;
