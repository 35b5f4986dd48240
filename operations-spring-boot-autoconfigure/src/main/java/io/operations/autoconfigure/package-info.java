/**
 * Auto-configuration of the operations client.
 */
@NullMarked
package io.operations.autoconfigure;

import org.jspecify.annotations.NullMarked;
