/**
 * The work on tracked operations around a store: polls, deliveries and retention.
 */
@NullMarked
package io.operations.internal.tracking;

import org.jspecify.annotations.NullMarked;
