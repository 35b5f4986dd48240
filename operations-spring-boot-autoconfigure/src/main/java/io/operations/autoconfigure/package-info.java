/**
 * Auto-configuration for the operations client, and the types that an application may
 * declare as beans.
 */
@NullMarked
package io.operations.autoconfigure;

import org.jspecify.annotations.NullMarked;
