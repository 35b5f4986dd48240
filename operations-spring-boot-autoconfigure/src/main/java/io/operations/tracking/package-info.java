/**
 * Durable tracking of operations: the application starts tracking once, the library polls
 * each operation until it ends and delivers its outcome, even after a restart.
 */
@NullMarked
package io.operations.tracking;

import org.jspecify.annotations.NullMarked;
