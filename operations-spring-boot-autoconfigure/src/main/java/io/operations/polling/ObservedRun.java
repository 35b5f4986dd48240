package io.operations.polling;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Describes a span of an operation's life that a poll has confirmed: the operation ran
 * from one age to another, and then ended or was still running. Schedules learn from it.
 *
 * @param kind the kind of the operation, {@code null} if it is unknown
 * @param from the age up to which the operation was already known to be running
 * @param to the age at which the operation ended or was still running, by the server's
 * clock
 * @param ended whether the operation ended at the age {@code to}
 * @since 0.1.0
 */
public record ObservedRun(@Nullable String kind, Duration from, Duration to, boolean ended) {
}
