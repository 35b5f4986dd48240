/**
 * Measurements, run by hand.
 */
@NullMarked
package io.operations.benchmarks;

import org.jspecify.annotations.NullMarked;
