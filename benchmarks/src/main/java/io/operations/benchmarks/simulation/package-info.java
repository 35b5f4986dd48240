/**
 * The poller, the admission and the schedule as they are, driven in virtual time against
 * a simulated endpoint.
 */
@NullMarked
package io.operations.benchmarks.simulation;

import org.jspecify.annotations.NullMarked;
