/**
 * The operations endpoint, simulated over a real socket.
 */
@NullMarked
package io.operations.test;

import org.jspecify.annotations.NullMarked;
