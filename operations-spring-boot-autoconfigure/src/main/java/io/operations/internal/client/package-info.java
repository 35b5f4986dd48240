/**
 * A single HTTP exchange with the server: credentials, decoding and errors.
 */
@NullMarked
package io.operations.internal.client;

import org.jspecify.annotations.NullMarked;
