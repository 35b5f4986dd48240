/**
 * The sample application with several instances that share the tracked operations.
 */
@NullMarked
package io.operations.sample.cluster;

import org.jspecify.annotations.NullMarked;
