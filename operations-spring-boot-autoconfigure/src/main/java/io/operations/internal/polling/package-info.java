/**
 * The poller: it keeps the waits of a client, sends their polls and reports to each
 * caller.
 */
@NullMarked
package io.operations.internal.polling;

import org.jspecify.annotations.NullMarked;
