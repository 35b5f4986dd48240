/**
 * Brings the simulated endpoint into the application context of a test.
 */
@NullMarked
package io.operations.test.autoconfigure;

import org.jspecify.annotations.NullMarked;
