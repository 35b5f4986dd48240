/**
 * Auto-configuration for the spans of an application with Micrometer Tracing.
 */
@NullMarked
package io.operations.autoconfigure.tracing;

import org.jspecify.annotations.NullMarked;
