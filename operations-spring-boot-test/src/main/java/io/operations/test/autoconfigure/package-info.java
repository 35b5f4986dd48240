/**
 * Auto-configuration of the simulator for the application context of a test.
 */
@NullMarked
package io.operations.test.autoconfigure;

import org.jspecify.annotations.NullMarked;
