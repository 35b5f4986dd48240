package io.operations.polling;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Something that was learned of how long operations take: one was seen to run from one
 * age to another, and either ended there or was still running.
 *
 * @param kind what the operation is about, {@code null} if that is not known
 * @param from the age up to which it was known to be running before
 * @param to the age at which it ended or was still running, by the server's clock
 * @param ended whether it ended there
 * @since 0.1.0
 */
public record ObservedRun(@Nullable String kind, Duration from, Duration to, boolean ended) {
}
