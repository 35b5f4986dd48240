/**
 * Parts of the library that applications do not name. Types below this package change
 * without notice and are not in the Javadoc. This package holds what every other package
 * may use.
 */
@NullMarked
package io.operations.internal;

import org.jspecify.annotations.NullMarked;
