/**
 * When to ask next, and one poll for all who wait for the same operation.
 */
@NullMarked
package io.operations.polling;

import org.jspecify.annotations.NullMarked;
