/**
 * Store for tracked operations in a database that all instances of an application share.
 */
@NullMarked
package io.operations.internal.tracking.jdbc;

import org.jspecify.annotations.NullMarked;
