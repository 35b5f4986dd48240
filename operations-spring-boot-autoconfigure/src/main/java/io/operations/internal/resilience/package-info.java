/**
 * The admission, which every request passes, and the retry of failed requests.
 */
@NullMarked
package io.operations.internal.resilience;

import org.jspecify.annotations.NullMarked;
