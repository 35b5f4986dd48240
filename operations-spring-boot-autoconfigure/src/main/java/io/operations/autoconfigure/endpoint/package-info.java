/**
 * Auto-configuration for the actuator endpoint and the sanitizing of secrets.
 */
@NullMarked
package io.operations.autoconfigure.endpoint;

import org.jspecify.annotations.NullMarked;
