/**
 * The one door to an account, and the repeating of a fetch that did not get through it.
 */
@NullMarked
package io.operations.resilience;

import org.jspecify.annotations.NullMarked;
