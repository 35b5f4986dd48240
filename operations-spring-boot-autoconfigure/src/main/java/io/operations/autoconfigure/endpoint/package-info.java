/**
 * Auto-configuration of what actuator endpoints may show.
 */
@NullMarked
package io.operations.autoconfigure.endpoint;

import org.jspecify.annotations.NullMarked;
