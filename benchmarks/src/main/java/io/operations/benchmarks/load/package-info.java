/**
 * The library under load, beside other ways to wait for the same operations.
 */
@NullMarked
package io.operations.benchmarks.load;

import org.jspecify.annotations.NullMarked;
