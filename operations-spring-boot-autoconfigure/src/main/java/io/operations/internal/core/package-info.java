/**
 * Access to the parts of a template for the other packages of the library.
 */
@NullMarked
package io.operations.internal.core;

import org.jspecify.annotations.NullMarked;
