/**
 * What a fetch costs beside a bare {@code WebClient}.
 */
@NullMarked
package io.operations.benchmarks.fetchpath;

import org.jspecify.annotations.NullMarked;
