/**
 * A simulator of the server, for tests of applications that use operations.
 */
@NullMarked
package io.operations.test;

import org.jspecify.annotations.NullMarked;
