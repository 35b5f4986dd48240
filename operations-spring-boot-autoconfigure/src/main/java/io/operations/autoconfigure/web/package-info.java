/**
 * Auto-configuration of problem details for the exceptions of the library.
 */
@NullMarked
package io.operations.autoconfigure.web;

import org.jspecify.annotations.NullMarked;
