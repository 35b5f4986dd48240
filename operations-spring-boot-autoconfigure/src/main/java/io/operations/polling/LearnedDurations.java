package io.operations.polling;

import java.time.Duration;

/**
 * What has been learned of how long operations of a kind take. Immutable.
 *
 * @param ends how many of them were seen to end
 * @param median the age by which half of them has ended
 * @param upperQuantile the age by which nineteen of twenty have ended
 * @param polls how many polls one of them costs on average, as they are planned now
 * @param lag how late the end of one of them is seen on average, as polls are planned now
 * @since 0.1.0
 */
public record LearnedDurations(long ends, Duration median, Duration upperQuantile, double polls, Duration lag) {
}
