/**
 * Tracked operations in a database, shared by all instances of an application.
 */
@NullMarked
package io.operations.tracking.jdbc;

import org.jspecify.annotations.NullMarked;
