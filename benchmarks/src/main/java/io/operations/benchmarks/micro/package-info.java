/**
 * What single steps of the poller cost, measured with JMH.
 */
@NullMarked
package io.operations.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
