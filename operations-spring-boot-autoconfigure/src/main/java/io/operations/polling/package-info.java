/**
 * Polls operations until they end: schedules decide when the next poll is due, and all
 * callers that wait for the same operation share its polls.
 */
@NullMarked
package io.operations.polling;

import org.jspecify.annotations.NullMarked;
