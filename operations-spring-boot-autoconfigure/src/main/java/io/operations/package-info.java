/**
 * Operations and their statuses, the interfaces that applications implement, and the
 * exceptions.
 */
@NullMarked
package io.operations;

import org.jspecify.annotations.NullMarked;
