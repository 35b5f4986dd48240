/**
 * What tracked operations cost a database, and what it allows.
 */
@NullMarked
package io.operations.benchmarks.tracking;

import org.jspecify.annotations.NullMarked;
