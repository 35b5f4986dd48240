/**
 * The sample as one of several instances that share the work on tracked operations.
 */
@NullMarked
package io.operations.sample.cluster;

import org.jspecify.annotations.NullMarked;
