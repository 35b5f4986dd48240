/**
 * The rate of an account that all instances share, in a database.
 */
@NullMarked
package io.operations.internal.resilience.jdbc;

import org.jspecify.annotations.NullMarked;
