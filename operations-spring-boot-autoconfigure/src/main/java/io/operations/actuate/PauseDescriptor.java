package io.operations.actuate;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Describes the pause of a client after an operator has paused or resumed it.
 *
 * @param client the name of the client
 * @param pausedFor how long the client pauses, zero if it does not pause
 * @param pausedBy {@code operator} or {@code server}, {@code null} if the client does not
 * pause
 * @param scope {@code all instances}, or {@code instance} if the instances do not share
 * the rate limit
 * @since 0.1.0
 */
public record PauseDescriptor(String client, Duration pausedFor, @Nullable String pausedBy, String scope) {
}
