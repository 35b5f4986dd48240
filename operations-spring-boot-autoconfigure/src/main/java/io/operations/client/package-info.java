/**
 * One HTTP exchange with the endpoint: credentials, decoding, errors.
 */
@NullMarked
package io.operations.client;

import org.jspecify.annotations.NullMarked;
