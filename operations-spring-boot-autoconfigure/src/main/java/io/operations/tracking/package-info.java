/**
 * Operations that outlive the process: handed over once, asked for until they end, and
 * their outcomes delivered.
 */
@NullMarked
package io.operations.tracking;

import org.jspecify.annotations.NullMarked;
